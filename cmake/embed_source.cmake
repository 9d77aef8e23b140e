# Run at build time, by frontrow_embed(): writes OUTPUT, a source that compiles FILE's bytes in as SYMBOL. The hash is
# for ccache, which doesn't look behind #embed and would answer a changed FILE with the old object.
file(SHA256 ${FILE} hash)
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
// @hash@
#include <string_view>
namespace frontrow::assets {
namespace {
constexpr char bytes[] = {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
#embed "@FILE@"
#pragma clang diagnostic pop
};
}
extern const std::string_view @SYMBOL@;
const std::string_view @SYMBOL@{bytes, sizeof bytes};
}
]])
# Left alone where nothing changed, which a build tool would take for older than FILE.
file(TOUCH ${OUTPUT})
