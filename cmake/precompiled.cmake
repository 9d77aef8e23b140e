# Under a sanitizer the headers of the libraries are compiled once for all modules, and once for all tests: reading them
# again took half of a unit's time. The compiler then believes that every unit includes them. The other presets, which
# know nothing of this, notice what a unit forgets to include.
set(FRONTROW_PRECOMPILED
    <algorithm> <array> <atomic> <chrono> <cstdint> <expected> <filesystem> <functional> <map> <memory> <mutex>
    <optional> <ranges> <set> <span> <sstream> <string> <string_view> <thread> <unordered_map> <variant> <vector>
    <boost/asio/any_io_executor.hpp> <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp>
    <boost/asio/io_context.hpp> <boost/asio/post.hpp> <boost/asio/steady_timer.hpp> <boost/json.hpp>
    <boost/unordered/unordered_flat_map.hpp> <boost/unordered/unordered_flat_set.hpp>)

# A unit sees them only with the same definitions and options as they were compiled with.
add_library(frontrow_precompiled_definitions INTERFACE)
target_link_libraries(frontrow_precompiled_definitions INTERFACE frontrow::asio Boost::json Boost::url fmt::fmt spdlog::spdlog)
target_compile_definitions(frontrow_precompiled_definitions INTERFACE _FILE_OFFSET_BITS=64)
target_compile_features(frontrow_precompiled_definitions INTERFACE cxx_std_23)

# frontrow_precompile(name HEADERS … LIBRARIES … OPTIONS …): compiles them, for use_precompiled().
function(frontrow_precompile name)
    cmake_parse_arguments(arg "" "" "HEADERS;LIBRARIES;OPTIONS" ${ARGN})
    if(FRONTROW_SANITIZE)
        file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${name}.cc CONTENT "")
        add_library(${name} STATIC ${CMAKE_BINARY_DIR}/${name}.cc)
        target_link_libraries(${name} PRIVATE frontrow_precompiled_definitions ${arg_LIBRARIES})
        target_compile_options(${name} PRIVATE ${arg_OPTIONS})
        target_precompile_headers(${name} PRIVATE ${FRONTROW_PRECOMPILED} ${arg_HEADERS})
    endif()
endfunction()

function(use_precompiled target name)
    if(FRONTROW_SANITIZE)
        target_link_libraries(${target} PRIVATE frontrow_precompiled_definitions)
        target_precompile_headers(${target} REUSE_FROM ${name})
    endif()
endfunction()

frontrow_precompile(frontrow_precompiled)
