#include "cli/commands.h"
#include "cli/counted.h"
#include "cli/find_registry.h"
#include "cli/key_file_path.h"
#include "cli/store_name.h"
#include "config/options.h"
#include "io/clock.h"
#include "io/random.h"
#include "tickets/key_file.h"
#include "tickets/key_registry.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace frontrow::cli {
namespace {

namespace fs = std::filesystem;
using io::Fault;
using io::FaultKind;
using tickets::KeyRegistry;
using tickets::KeyRing;

struct KeysWish {
    config::KeysSettings settings;
    std::string way;
};

constexpr auto kKeysFooter =
    "`make` makes the key file with a first key.\n"
    "`rotate` adds a key, which signs from the next start of `serve` on. Of the older keys the\n"
    "file keeps the public part, so that tickets that were issued stay valid.\n"
    "`list` prints the keys' ids, when they were made, and which one signs.\n"
    "The keys aren't part of a backup. docs/operations.md says how to keep them, how to rotate\n"
    "those of a cluster, and what to do if they are lost.";

int keys_failed(const std::string& why) {
    std::fprintf(stderr, "frontrow keys: %s\n", why.c_str());
    return kFailed;
}

int keys_misused(const std::string& why) {
    std::fprintf(stderr, "frontrow keys: %s\n", why.c_str());
    return kWrongUsage;
}

std::unexpected<Fault> refused(const fs::path& file, const std::string& why) {
    return std::unexpected(Fault{FaultKind::unusable, file.string() + " " + why});
}

std::unexpected<Fault> has_too_many(const fs::path& file) {
    return refused(
        file, "would have more than " + counted(tickets::kKeysMax, "key") + ", the most it may have"
    );
}

Result<KeyRing, Fault> make_first(const fs::path& file, KeyRing ring) {
    if (!ring.is_empty())
        return refused(file, "is there already: `frontrow keys rotate` adds a key to it");
    io::SystemRandom random;
    add_new_key(ring, io::SystemClock{}.now(), random);
    return ring;
}

Result<KeyRing, Fault> rotate(const fs::path& file, KeyRing ring) {
    io::SystemRandom random;
    if (!add_new_key(ring, io::SystemClock{}.now(), random)) return has_too_many(file);
    return ring;
}

Result<KeyRing, Fault>
make_instead_of_lost(const fs::path& file, KeyRing ring, const KeyRegistry& registry) {
    if (ring.find(registry.signing) != nullptr) {
        return refused(
            file,
            "has key " + registry.signing.to_string() +
                ", with which the store's tickets are signed: nothing is lost"
        );
    }
    io::SystemRandom random;
    auto whole = replace_lost(std::move(ring), registry, io::SystemClock{}.now(), random);
    if (!whole) return has_too_many(file);
    return *std::move(whole);
}

/// `registry`: the record of a store whose keys are lost; null otherwise.
int write_keys(const KeysWish& wish, const fs::path& file, const KeyRegistry* registry) {
    const auto change = [&](KeyRing ring) {
        if (registry != nullptr) return make_instead_of_lost(file, std::move(ring), *registry);
        return wish.way == "make" ? make_first(file, std::move(ring))
                                  : rotate(file, std::move(ring));
    };
    const auto ring = tickets::change_key_file(file, change);
    if (!ring) return keys_failed(ring.error().what);
    std::printf(
        "%s has %s; %s signs tickets from the next start of serve on\n",
        file.c_str(),
        counted(ring->keys.size(), "key").c_str(),
        ring->keys.back().id().to_string().c_str()
    );
    return kDone;
}

int make_keys(const KeysWish& wish, const fs::path& file) {
    // A new store's folder; `serve` would make it, too.
    std::error_code failed;
    if (wish.settings.file.empty()) fs::create_directories(wish.settings.store.data_dir, failed);
    if (failed) return keys_failed("can't make " + file.string() + ": " + failed.message());
    if (!wish.settings.replaces_lost) return write_keys(wish, file, nullptr);
    say_store("keys", wish.settings.store);
    const auto registry = find_registry(wish.settings.store);
    if (!registry) return keys_failed(registry.error().what);
    if (!*registry) {
        return keys_failed(
            "the store knows no key, so none is lost: run `frontrow keys make` without "
            "--replace-lost"
        );
    }
    return write_keys(wish, file, &**registry);
}

void print_keys(const KeyRing& ring) {
    for (const auto& key : ring.keys) {
        std::printf(
            "%s  made %s  %s\n",
            key.id().to_string().c_str(),
            to_rfc3339(key.made_at).c_str(),
            &key == &ring.keys.back() ? "signs" : "verifies"
        );
    }
}

int keys(const KeysWish& wish) {
    if (wish.way.empty()) return keys_misused("say what to do: make, rotate or list");
    if (wish.settings.replaces_lost && wish.way != "make")
        return keys_misused("--replace-lost goes with make only");
    const auto file = key_file_path(wish.settings);
    if (!file) return keys_misused(file.error().message);
    if (wish.way == "make") return make_keys(wish, *file);
    const auto ring = tickets::read_key_file(*file);
    if (!ring) return keys_failed(ring.error().what);
    if (!*ring) return keys_failed(file->string() + " isn't there: `frontrow keys make` makes it");
    if (wish.way == "rotate") return write_keys(wish, *file, nullptr);
    print_keys(**ring);
    return kDone;
}

}  // namespace

void add_keys(CLI::App& app, int& exit_code) {
    auto wish = std::make_shared<KeysWish>();
    auto* command =
        app.add_subcommand("keys", "Make and rotate the keys that sign the codes of tickets");
    command->footer(kKeysFooter);
    command->add_option("way", wish->way, "make, rotate or list")
        ->check(CLI::IsMember({"make", "rotate", "list"}));
    config::add_options(*command, wish->settings);
    command->callback([wish, &exit_code] { exit_code = keys(*wish); });
}

}  // namespace frontrow::cli
