#pragma once

#include <string_view>

// The files of db/migrations/, compiled in.
namespace frontrow::assets {

extern const std::string_view migration_0001_up;
extern const std::string_view migration_0001_down;

}  // namespace frontrow::assets
