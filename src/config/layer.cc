#include "config/layer.h"

#include "config/text_file.h"

#include <cstddef>
#include <string_view>

namespace frontrow::config {
namespace {

/// The largest file that may hold a secret or a URL.
constexpr std::size_t kContentBytesMax = 1 << 20;

void remove_line_end(std::string& text) {
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
}

Result<Said, UsageError> read_content(Said file) {
    auto content = read_text_file(file.value, kContentBytesMax);
    if (!content) return std::unexpected(UsageError{file.origin + ": " + content.error().message});
    remove_line_end(*content);
    if (content->empty())
        return std::unexpected(UsageError{file.origin + ": " + file.value + " is empty"});
    if (content->contains('\0'))
        return std::unexpected(UsageError{file.origin + ": " + file.value + " isn't a text"});
    return Said{std::move(*content), std::move(file.origin)};
}

}  // namespace

Result<std::optional<Said>, UsageError>
Layer::read(const std::string& name, MayBeInFile may_be_in_file) const {
    auto value = find_(name);
    if (may_be_in_file == MayBeInFile::no) return value;
    auto file = find_(name + file_suffix_);
    if (!file) return value;
    if (value) {
        return std::unexpected(
            UsageError{value->origin + " and " + file->origin + " say the same: leave one out"}
        );
    }
    return read_content(std::move(*file));
}

}  // namespace frontrow::config
