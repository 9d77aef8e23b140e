#include "tickets/key_file.h"

#include "io/file.h"

#include <array>
#include <cstdio>
#include <string>
#include <system_error>
#include <utility>

namespace frontrow::tickets {
namespace {

namespace fs = std::filesystem;
using io::Fault;
using io::FaultKind;

/// Several times the size of a file with kKeysMax keys.
constexpr std::size_t kFileBytesMax = 256 << 10;

/// The end of the next content's name.
constexpr auto kNext = ".new";

std::unexpected<Fault> unusable(const fs::path& file, const std::string& why) {
    return std::unexpected(Fault{FaultKind::unusable, file.string() + " " + why});
}

std::unexpected<Fault> unusable(const fs::path& file, const BadKeys& bad) {
    return unusable(file, "can't be used: " + bad.why);
}

struct FileText {
    std::string text;
    io::FileAccess access;
};

Result<FileText, Fault> read_text(const fs::path& path, Result<io::File, Fault> file) {
    if (!file) return std::unexpected(file.error());
    const auto access = file->access();
    if (!access) return std::unexpected(access.error());
    std::string text(kFileBytesMax + 1, '\0');
    const auto size = file->read(text);
    if (!size) return std::unexpected(size.error());
    if (*size > kFileBytesMax) return unusable(path, "is too large to be a list of keys");
    text.resize(*size);
    return FileText{std::move(text), *access};
}

Result<void, Fault> refuse_public(const fs::path& file, const io::FileAccess& access) {
    if (access.is_private()) return {};
    std::array<char, 8> mode{};
    std::snprintf(mode.data(), mode.size(), "%04o", access.mode);
    return unusable(
        file,
        std::string{"has private keys, and other users may use it (mode "} + mode.data() +
            "): run chmod 600 " + file.string()
    );
}

/// The file itself if `file` is a link, as that of a mounted secret is. A link that leads to no
/// file isn't a missing file: its secret may not be mounted yet.
Result<fs::path, Fault> follow(const fs::path& file) {
    std::error_code error;
    if (!fs::is_symlink(fs::symlink_status(file, error))) return file;
    auto real = fs::canonical(file, error);
    if (!error) return real;
    return unusable(
        file,
        "is a link to a file that can't be reached (" + error.message() +
            "): put the file where it leads, or remove the link"
    );
}

/// `file` isn't a link.
bool is_missing(const fs::path& file) {
    std::error_code ignored;
    return fs::status(file, ignored).type() == fs::file_type::not_found;
}

/// Refuses the file if the new one, which belongs to this process's user, would be of no use to the
/// owner of the old one.
Result<void, Fault> refuse_others(const fs::path& path) {
    if (is_missing(path)) return {};
    const auto file = io::File::open_regular(path);
    if (!file) return std::unexpected(file.error());
    const auto access = file->access();
    if (!access) return std::unexpected(access.error());
    if (access->is_own) return {};
    return unusable(path, "belongs to another user: run this command as that user");
}

/// The next content of the file, under another name. Its lock keeps other processes from changing
/// the file meanwhile.
class NextFile {
public:
    explicit NextFile(const fs::path& file) : file_{file}, path_{file.string() + kNext} {}
    ~NextFile() {
        std::error_code ignored;
        if (is_made_) fs::remove(path_, ignored);
    }
    NextFile(const NextFile&) = delete;
    NextFile& operator=(const NextFile&) = delete;

    Result<void, Fault> make() {
        remove_left_over();
        auto made = io::File::create(path_);
        std::error_code ignored;
        if (!made && fs::exists(path_, ignored)) return is_changed_elsewhere();
        if (!made) return std::unexpected(made.error());
        const auto locked = made->try_lock();
        if (!locked) return std::unexpected(locked.error());
        // Another process may have taken this file for a left-over one before it was locked.
        if (!*locked || !made->is_at(path_)) return is_changed_elsewhere();
        open_.emplace(*std::move(made));
        is_made_ = true;
        return {};
    }
    Result<void, Fault> publish(const std::string& text) {
        if (auto written = open_->write(text); !written) return written;
        // publish() removes the file if it fails.
        is_made_ = false;
        return io::publish(path_, file_, io::IfThere::replace);
    }

private:
    /// A process that was killed has left its file, but not the lock.
    void remove_left_over() const {
        auto file = io::File::open_regular(path_);
        if (!file || !file->try_lock().value_or(false) || !file->is_at(path_)) return;
        std::error_code ignored;
        fs::remove(path_, ignored);
    }
    std::unexpected<Fault> is_changed_elsewhere() const {
        return unusable(
            path_,
            "exists: another process is changing the keys; if none is, delete the file, which a "
            "process of another user may have left"
        );
    }

    fs::path file_;
    fs::path path_;
    std::optional<io::File> open_;
    bool is_made_ = false;
};

}  // namespace

std::vector<std::string> key_file_names() {
    return {kKeyFileName, std::string{kKeyFileName} + kNext};
}

Result<std::optional<KeyRing>, Fault> read_key_file(const fs::path& file) {
    const auto real = follow(file);
    if (!real) return std::unexpected(real.error());
    if (is_missing(*real)) return std::nullopt;
    const auto read = read_text(file, io::File::open_regular(*real));
    if (!read) return std::unexpected(read.error());
    if (auto refused = refuse_public(file, read->access); !refused)
        return std::unexpected(std::move(refused.error()));
    auto ring = parse_keys(read->text);
    if (!ring) return unusable(file, ring.error());
    if (!ring->keys.back().private_key)
        return unusable(file, "can't be used: its last key, which signs, has no private part");
    return *std::move(ring);
}

Result<KeyRing, Fault> change_key_file(
    const fs::path& file,
    const std::function<Result<KeyRing, Fault>(KeyRing keys)>& change
) {
    const auto real = follow(file);
    if (!real) return std::unexpected(real.error());
    NextFile next{*real};
    if (auto made = next.make(); !made) return std::unexpected(std::move(made.error()));
    if (auto refused = refuse_others(*real); !refused)
        return std::unexpected(std::move(refused.error()));
    auto present = read_key_file(*real);
    if (!present) return std::unexpected(std::move(present.error()));
    auto ring = change(std::move(*present).value_or(KeyRing{}));
    if (!ring) return ring;
    if (auto published = next.publish(write_keys(*ring)); !published)
        return std::unexpected(std::move(published.error()));
    return ring;
}

Result<KeyRing, Fault> make_key_file(const fs::path& file, Instant now, io::Random& random) {
    return change_key_file(file, [&](KeyRing ring) -> Result<KeyRing, Fault> {
        if (!ring.is_empty())
            return unusable(file, "is there already: `frontrow keys rotate` adds a key to it");
        add_new_key(ring, now, random);
        return ring;
    });
}

Result<std::vector<PublicKey>, Fault> read_public_keys(const fs::path& file) {
    const auto read = read_text(file, io::File::open_to_read(file));
    if (!read) return std::unexpected(read.error());
    auto keys = parse_public_keys(read->text);
    if (!keys) return unusable(file, keys.error());
    return *std::move(keys);
}

}  // namespace frontrow::tickets
