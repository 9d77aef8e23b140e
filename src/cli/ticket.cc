#include "base/id.h"
#include "cli/commands.h"
#include "cli/complaint.h"
#include "cli/key_file_path.h"
#include "config/options.h"
#include "tickets/key_file.h"
#include "tickets/ticket_code.h"

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::cli {
namespace {

using io::Fault;
using io::FaultKind;
using tickets::PublicKey;

struct TicketWish {
    config::TicketSettings settings;
    std::string way;
    std::string code;
};

/// Reads more than a code may have, so that a longer text is refused.
std::string read_standard_input() {
    std::array<char, 64 << 10> text;
    const auto size = std::fread(text.data(), 1, text.size(), stdin);
    return {text.data(), size};
}

Result<std::vector<PublicKey>, Fault> keys_in_file(const std::filesystem::path& file) {
    auto ring = tickets::read_key_file(file);
    if (!ring) return std::unexpected(std::move(ring.error()));
    if (*ring) return (*ring)->public_keys();
    return std::unexpected(Fault{
        FaultKind::unusable,
        "there is no key file " + file.string() + ": name the public keys with --keys"
    });
}

std::string uuid_text(Bits128 id) {
    std::string text;
    append_uuid(text, id);
    return text;
}

void print_contents(const tickets::CodeContents& contents) {
    std::printf("event: %s\n", uuid_text(contents.event).c_str());
    std::printf("reservation: %s\n", uuid_text(contents.reservation).c_str());
    std::printf("number: %u\n", contents.number);
    std::printf("issue: %u\n", contents.issue);
    std::printf("starts_at: %s\n", to_rfc3339(contents.starts_at).c_str());
    std::printf("place: %s\n", contents.place.c_str());
    std::printf("gate: %s\n", contents.gate.c_str());
}

int verify_code(const TicketWish& wish) {
    const auto& settings = wish.settings;
    Result<std::vector<PublicKey>, Fault> keys;
    if (!settings.public_keys.empty()) {
        keys = tickets::read_public_keys(settings.public_keys);
    } else {
        const auto file = key_file_path(settings.keys);
        if (!file) return misused("ticket", file.error().message);
        keys = keys_in_file(*file);
    }
    if (!keys) return failed("ticket", keys.error().what);
    const tickets::CodeVerifier verifier{*keys};
    const auto contents = verifier.verify(wish.code == "-" ? read_standard_input() : wish.code);
    if (!contents) return failed("ticket", std::string{sentence_of(contents.error())});
    print_contents(*contents);
    return kDone;
}

}  // namespace

void add_ticket(CLI::App& app, int& exit_code) {
    auto wish = std::make_shared<TicketWish>();
    auto* command = app.add_subcommand("ticket", "Check the code of a ticket, without a network");
    command->footer(
        "`frontrow ticket verify CODE` prints what the code says. If the code isn't genuine, it\n"
        "says why and exits with 1. Whether the ticket was used, refunded or given to another\n"
        "person, only the server knows. `-` in place of the code reads it from standard input."
    );
    command->add_option("way", wish->way, "verify")->check(CLI::IsMember({"verify"}));
    command->add_option("code", wish->code, "The ticket's code, or -");
    config::add_options(*command, wish->settings);
    command->callback([wish, &exit_code] {
        exit_code = wish->way.empty() || wish->code.empty()
                        ? misused("ticket", "say what to check: verify CODE")
                        : verify_code(*wish);
    });
}

}  // namespace frontrow::cli
