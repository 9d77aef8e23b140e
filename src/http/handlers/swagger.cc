#include "http/handlers/assets.h"
#include "http/handlers/handlers.h"
#include "http/handlers/replies.h"

#include <algorithm>
#include <string>

// The page for trying out the API. It is embedded in the program whole, and requests nothing from
// other servers.

namespace frontrow::http::handlers {
namespace {

/// Allows our own scripts and styles, none of them inline, and images that the style sheet embeds.
constexpr std::string_view kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src "
    "'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr std::string_view kScript = "text/javascript; charset=utf-8";

struct Served {
    std::string_view name;
    std::string_view content_type;
    const assets::WebFile& file;
};

const Served kFiles[] = {
    {"index.html", "text/html; charset=utf-8", assets::swagger_index_html},
    {"swagger-init.js", kScript, assets::swagger_swagger_init_js},
    {"swagger-ui.css", "text/css; charset=utf-8", assets::swagger_swagger_ui_css},
    {"swagger-ui-bundle.js", kScript, assets::swagger_swagger_ui_bundle_js},
    {"favicon-32x32.png", "image/png", assets::swagger_favicon_32x32_png},
    {"LICENSE", kText, assets::swagger_license},
    {"NOTICE", kText, assets::swagger_notice},
    {"swagger-ui-bundle.js.LICENSE.txt", kText, assets::swagger_swagger_ui_bundle_js_license_txt},
};

/// Browsers revalidate each time, because the next release has other files under the same names. An
/// unchanged file costs a 304.
void reply_file(Context& context, const Served& served) {
    auto& response = context.response;
    response.content_policy = kPagePolicy;
    response.cache_control = "no-cache";
    const auto form = choose_form(context, served.file.hash);
    if (form.is_known) return;
    response.content_type = served.content_type;
    response.fixed_body = form.gzip ? served.file.gzip : served.file.bytes;
}

}  // namespace

Awaitable<void> swagger(Context& context) {
    context.response.status = 308;
    context.response.add_header(
        "Location", context.services.base_path.put_before("/swagger/index.html")
    );
    co_return;
}

Awaitable<void> swagger_file(Context& context) {
    const auto* found = std::ranges::find(kFiles, context.path_parts[0], &Served::name);
    if (found == std::end(kFiles)) {
        context.fail(not_found("There is nothing at this path."));
    } else {
        reply_file(context, *found);
    }
    co_return;
}

}  // namespace frontrow::http::handlers
