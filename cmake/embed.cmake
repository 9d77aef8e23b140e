# frontrow_embed(TARGET name FILE path SYMBOL symbol): compiles a file's bytes into a target as
# `extern const std::string_view frontrow::assets::symbol`, so that the program runs from any folder.
function(frontrow_embed)
    cmake_parse_arguments(arg "" "TARGET;FILE;SYMBOL" "" ${ARGN})
    set(source ${CMAKE_CURRENT_BINARY_DIR}/assets/${arg_SYMBOL}.cc)
    file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[
#include <string_view>
namespace frontrow::assets {
namespace {
constexpr char bytes[] = {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
#embed "@arg_FILE@"
#pragma clang diagnostic pop
};
}
extern const std::string_view @arg_SYMBOL@;
const std::string_view @arg_SYMBOL@{bytes, sizeof bytes};
}
]])
    set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS ${arg_FILE})
    target_sources(${arg_TARGET} PRIVATE ${source})
endfunction()
