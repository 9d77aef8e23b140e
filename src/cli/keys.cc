#include "cli/commands.h"
#include "cli/complaint.h"
#include "cli/counted.h"
#include "cli/key_file_path.h"
#include "cli/side_record.h"
#include "cli/store_name.h"
#include "config/options.h"
#include "identity/secret_fingerprint.h"
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
    "`forget-old` lets the store forget the keys that the file lacks; tickets that those have\n"
    "signed are no longer valid.\n"
    "`forget-secret` lets a cluster take another secret for tokens: that of the first node to\n"
    "start afterwards. Stop all nodes first.\n"
    "The keys aren't part of a backup. docs/operations.md says how to keep them, how to rotate\n"
    "those of a cluster, and what to do if they are lost.";

constexpr auto kWays = "say what to do: make, rotate, list, forget-old or forget-secret";

std::unexpected<Fault> refused(const fs::path& file, const std::string& why) {
    return std::unexpected(Fault{FaultKind::unusable, file.string() + " " + why});
}

std::unexpected<Fault> has_too_many(const fs::path& file) {
    return refused(
        file,
        "would have more than " + counted(tickets::kKeysMax, "key") +
            ", the most it may have: take the oldest ones out of it, and run `frontrow keys "
            "forget-old`; tickets that they signed are no longer valid"
    );
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

int report_keys(const fs::path& file, const Result<KeyRing, Fault>& ring) {
    if (!ring) return failed("keys", ring.error().what);
    std::printf(
        "%s has %s; %s signs tickets from the next start of serve on\n",
        file.c_str(),
        counted(ring->keys.size(), "key").c_str(),
        ring->keys.back().id().to_string().c_str()
    );
    return kDone;
}

Result<std::optional<KeyRegistry>, Fault> find_registry(const config::StoreSettings& store) {
    const auto record = find_side_record(store, tickets::kKeyRegistryRecord);
    if (!record) return std::unexpected(record.error());
    return tickets::read_registry(*record ? std::optional{(*record)->value} : std::nullopt);
}

int replace_lost_keys(const KeysWish& wish, const fs::path& file) {
    say_store("keys", wish.settings.store);
    const auto registry = find_registry(wish.settings.store);
    if (!registry) return failed("keys", registry.error().what);
    if (!*registry) {
        return failed(
            "keys",
            "the store knows no key, so none is lost: run `frontrow keys make` without "
            "--replace-lost"
        );
    }
    return report_keys(file, tickets::change_key_file(file, [&](KeyRing ring) {
                           return make_instead_of_lost(file, std::move(ring), **registry);
                       }));
}

int make_keys(const KeysWish& wish, const fs::path& file) {
    // A new store's folder; `serve` would make it, too.
    std::error_code error;
    if (wish.settings.file.empty()) fs::create_directories(wish.settings.store.data_dir, error);
    if (error) return failed("keys", "can't make " + file.string() + ": " + error.message());
    if (wish.settings.replaces_lost) return replace_lost_keys(wish, file);
    io::SystemRandom random;
    return report_keys(file, tickets::make_key_file(file, io::SystemClock{}.now(), random));
}

/// Lets the store forget the keys that the file lacks.
int forget_old_keys(const KeysWish& wish, const fs::path& file, const KeyRing& ring) {
    const auto& store = wish.settings.store;
    say_store("keys", store);
    const auto record = find_side_record(store, tickets::kKeyRegistryRecord);
    if (!record) return failed("keys", record.error().what);
    if (!*record) return failed("keys", "the store knows no key, so there is none to forget");
    const auto registry = tickets::read_registry((*record)->value);
    if (!registry) return failed("keys", registry.error().what);
    if (ring.find((*registry)->signing) == nullptr) {
        const auto match = match_keys(ring, *registry);
        return failed("keys", remedy_of(match, file, (*registry)->signing));
    }
    const auto next = registry_within(ring, **registry);
    const auto forgotten = (*registry)->ring.keys.size() - next.ring.keys.size();
    if (forgotten == 0)
        return failed(
            "keys", file.string() + " has all keys that the store knows: none is forgotten"
        );
    const auto changed = change_side_record(
        store,
        {.name = (*record)->name,
         .value = write_registry(next),
         .expected_version = (*record)->version}
    );
    if (!changed) return failed("keys", changed.error().what);
    std::printf(
        "the store forgot %s and knows %s; restart the nodes\n",
        counted(forgotten, "key").c_str(),
        counted(next.ring.keys.size(), "key").c_str()
    );
    return kDone;
}

/// Lets a cluster forget which secret its nodes have.
int forget_secret(const config::StoreSettings& store) {
    if (!store.is_cluster()) {
        return misused(
            "keys",
            "forget-secret needs the cluster's database (--store): a single machine takes any "
            "secret at its start"
        );
    }
    say_store("keys", store);
    const auto record = find_side_record(store, identity::kSecretRecord);
    if (!record) return failed("keys", record.error().what);
    if (!*record) return failed("keys", "the cluster knows no secret, so there is none to forget");
    const auto changed = change_side_record(
        store,
        {.name = (*record)->name, .value = std::nullopt, .expected_version = (*record)->version}
    );
    if (!changed) return failed("keys", changed.error().what);
    std::printf("the secret is forgotten; that of the first node to start takes its place\n");
    return kDone;
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
    if (wish.way.empty()) return misused("keys", kWays);
    if (wish.settings.replaces_lost && wish.way != "make")
        return misused("keys", "--replace-lost goes with make only");
    if (wish.way == "forget-secret") return forget_secret(wish.settings.store);
    const auto file = key_file_path(wish.settings);
    if (!file) return misused("keys", file.error().message);
    if (wish.way == "make") return make_keys(wish, *file);
    const auto ring = tickets::read_key_file(*file);
    if (!ring) return failed("keys", ring.error().what);
    if (!*ring)
        return failed("keys", file->string() + " isn't there: `frontrow keys make` makes it");
    if (wish.way == "forget-old") return forget_old_keys(wish, *file, **ring);
    if (wish.way == "rotate") {
        return report_keys(*file, tickets::change_key_file(*file, [&](KeyRing present) {
            return rotate(*file, std::move(present));
        }));
    }
    print_keys(**ring);
    return kDone;
}

}  // namespace

void add_keys(CLI::App& app, int& exit_code) {
    auto wish = std::make_shared<KeysWish>();
    auto* command =
        app.add_subcommand("keys", "Make and rotate the keys that sign the codes of tickets");
    command->footer(kKeysFooter);
    command->add_option("way", wish->way, "make, rotate, list, forget-old or forget-secret")
        ->check(CLI::IsMember({"make", "rotate", "list", "forget-old", "forget-secret"}));
    config::add_options(*command, wish->settings);
    command->callback([wish, &exit_code] { exit_code = keys(*wish); });
}

}  // namespace frontrow::cli
