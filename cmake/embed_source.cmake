# Run at build time by frontrow_embed(): writes OUTPUT, a source that compiles FILE's bytes in as SYMBOL. The hash is
# for ccache, which doesn't read #embed files and would return the old object for a changed FILE. A WebFile also uses
# it.
file(SHA256 ${FILE} hash)
if(GZIP)
    # Without name and time, so that the same file always gives the same bytes.
    execute_process(COMMAND gzip -9nc ${FILE} OUTPUT_FILE ${OUTPUT}.gz COMMAND_ERROR_IS_FATAL ANY)
    string(SUBSTRING ${hash} 0 16 short_hash)
    set(include "#include \"http/handlers/assets.h\"")
    set(gzipped "constexpr char gzipped[] = {\n#embed \"${OUTPUT}.gz\"\n};")
    set(type "WebFile")
    set(value "{bytes, sizeof bytes}, {gzipped, sizeof gzipped}, \"${short_hash}\"")
else()
    set(include "#include <string_view>")
    set(gzipped "")
    set(type "std::string_view")
    set(value "bytes, sizeof bytes")
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
// @hash@
@include@
namespace frontrow::assets {
namespace {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
constexpr char bytes[] = {
#embed "@FILE@"
};
@gzipped@
#pragma clang diagnostic pop
}
extern const @type@ @SYMBOL@{@value@};
}
]])
# CONFIGURE leaves an unchanged file alone, and a build tool would then think it older than FILE.
file(TOUCH ${OUTPUT})
