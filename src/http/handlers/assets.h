#pragma once

#include <string_view>

/// Files that are compiled into the program (cmake/embed.cmake).
namespace frontrow::assets {

extern const std::string_view openapi_yaml;
extern const std::string_view openapi_json;

/// A file that browsers request.
struct WebFile {
    std::string_view bytes;
    std::string_view gzip;
    /// Hash of the content.
    std::string_view hash;
};

extern const WebFile swagger_index_html;
extern const WebFile swagger_swagger_init_js;
extern const WebFile swagger_swagger_ui_css;
extern const WebFile swagger_swagger_ui_bundle_js;
extern const WebFile swagger_favicon_32x32_png;
extern const WebFile swagger_license;
extern const WebFile swagger_notice;
extern const WebFile swagger_swagger_ui_bundle_js_license_txt;

}  // namespace frontrow::assets
