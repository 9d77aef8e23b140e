#pragma once

#include <string_view>

/// Files that are compiled into the program (cmake/embed.cmake).
namespace frontrow::assets {

extern const std::string_view openapi_yaml;
extern const std::string_view openapi_json;

}  // namespace frontrow::assets
