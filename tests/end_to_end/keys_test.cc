#include "base/id.h"
#include "end_to_end/server.h"
#include "store/sqlite/side_file.h"
#include "support/paths.h"
#include "support/sample_ticket.h"
#include "support/seeded_random.h"
#include "tickets/key_file.h"
#include "tickets/key_registry.h"
#include "tickets/ticket_code.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

// `frontrow keys` and `frontrow ticket verify`.

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using tickets::KeyRing;

namespace fs = std::filesystem;

class TicketKeys : public testing::Test {
protected:
    Finished run(std::vector<std::string> arguments) const {
        arguments.insert(arguments.end(), {"--data-dir", data.string()});
        return run_program(arguments);
    }
    std::string out_of(std::vector<std::string> arguments) const {
        const auto finished = run(std::move(arguments));
        EXPECT_EQ(finished.exit_code, 0) << finished.err;
        return finished.out;
    }
    void expect_failed(std::vector<std::string> arguments, const std::string& why) const {
        const auto finished = run(std::move(arguments));
        EXPECT_EQ(finished.exit_code, 1);
        EXPECT_THAT(finished.err, HasSubstr(why));
        EXPECT_THAT(finished.out, IsEmpty());
    }
    KeyRing ring() const {
        const auto read = tickets::read_key_file(file);
        return read && *read ? **read : KeyRing{};
    }
    std::string code() const {
        return tickets::CodeSigner{*ring().keys.back().private_key}.sign(kSampleTicket);
    }
    /// Does what `serve` does before it signs the first ticket.
    void note_in_store() const {
        auto records = store::sqlite::SideFile::open_beside(data / "side.db");
        ASSERT_TRUE(records);
        const auto record = write_registry(registry_with(ring(), std::nullopt));
        ASSERT_TRUE(records->change({.name = "ticket_keys", .value = record}).value());
    }

    TempFolder folder;
    fs::path data = folder.path() / "data";
    fs::path file = data / "keys.json";
};

TEST_F(TicketKeys, are_made_rotated_and_listed_without_their_private_parts) {
    EXPECT_THAT(out_of({"keys", "make"}), HasSubstr(file.string() + " has 1 key; "));
    const auto first = ring().keys.at(0);
    EXPECT_EQ(static_cast<unsigned>(fs::status(file).permissions()), 0600U);
    const auto said = out_of({"keys", "rotate"});
    const auto keys = ring().keys;
    EXPECT_THAT(said, HasSubstr("has 2 keys; " + keys.back().id().to_string() + " signs"));
    ASSERT_EQ(keys.size(), 2);
    EXPECT_EQ(keys[0].public_key, first.public_key);
    EXPECT_FALSE(keys[0].private_key) << "the old key could still sign";
    const auto line = [](const tickets::TicketKey& key, const char* does) {
        return key.id().to_string() + "  made " + to_rfc3339(key.made_at) + "  " + does + "\n";
    };
    EXPECT_EQ(out_of({"keys", "list"}), line(keys[0], "verifies") + line(keys[1], "signs"));
}

TEST_F(TicketKeys, are_never_overwritten_and_only_make_makes_them) {
    expect_failed({"keys", "rotate"}, file.string() + " isn't there: `frontrow keys make`");
    expect_failed({"keys", "list"}, file.string() + " isn't there: `frontrow keys make`");
    out_of({"keys", "make"});
    const auto before = ring();
    expect_failed({"keys", "make"}, "is there already: `frontrow keys rotate`");
    EXPECT_EQ(ring(), before);
}

TEST_F(TicketKeys, that_others_may_read_are_refused_with_the_remedy) {
    out_of({"keys", "make"});
    fs::permissions(file, static_cast<fs::perms>(0640));
    for (const auto* way : {"make", "rotate", "list"})
        expect_failed({"keys", way}, "(mode 0640): run chmod 600 " + file.string());
    expect_failed({"ticket", "verify", "FR1"}, "run chmod 600");
}

TEST_F(TicketKeys, lie_where_the_setting_says) {
    const auto elsewhere = folder.path() / "secrets.json";
    const Child::Options options{
        .arguments = {"keys", "make", "--config", "settings.toml"},
        .environment = {"FRONTROW_KEYS_FILE=" + elsewhere.string()},
        .files = {{"settings.toml", "keys-file = \"nowhere/keys.json\"\n"}},
    };
    EXPECT_EQ(run_program(options).exit_code, 0);
    EXPECT_TRUE(fs::exists(elsewhere));
    EXPECT_FALSE(fs::exists(data));
    EXPECT_THAT(out_of({"keys", "list", "--keys-file", elsewhere}), HasSubstr("signs"));
}

TEST_F(TicketKeys, of_a_cluster_need_the_name_of_their_file) {
    for (const auto& arguments :
         {std::vector<std::string>{"keys", "make"}, {"ticket", "verify", "FR1"}}) {
        const auto finished = run_program(arguments, {"DB_HOST=db.example"});
        EXPECT_EQ(finished.exit_code, 2);
        EXPECT_THAT(finished.err, HasSubstr("name the key file with --keys-file"));
    }
}

TEST_F(TicketKeys, of_a_wrong_use_are_left_alone) {
    const std::pair<std::vector<std::string>, std::string> rows[] = {
        {{"keys"}, "say what to do: make, rotate, list, forget-old or forget-secret"},
        {{"keys", "forget-secret"}, "forget-secret needs the cluster's database (--store)"},
        {{"keys", "steal"}, "steal"},
        {{"keys", "rotate", "--replace-lost"}, "--replace-lost goes with make only"},
        {{"ticket"}, "say what to check: verify CODE"},
        {{"ticket", "verify"}, "say what to check: verify CODE"},
        {{"ticket", "print", "FR1"}, "print"},
    };
    for (const auto& [arguments, why] : rows) {
        const auto finished = run(arguments);
        EXPECT_EQ(finished.exit_code, 2) << finished.err;
        EXPECT_THAT(finished.err, HasSubstr(why));
    }
    EXPECT_FALSE(fs::exists(data));
}

TEST_F(TicketKeys, may_be_in_the_folder_before_the_journal) {
    out_of({"keys", "make"});
    Server server{data};
    EXPECT_EQ(server.stop(), 0);
    const auto backup = folder.path() / "backup.db";
    const auto backed_up = run({"backup", "--to", backup});
    EXPECT_EQ(backed_up.exit_code, 0) << backed_up.err;
    const auto restored = folder.path() / "restored";
    fs::create_directory(restored);
    fs::copy(file, restored / "keys.json");
    const auto finished =
        run_program({"restore", "--from", backup, "--data-dir", restored.string()});
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
}

TEST_F(TicketKeys, are_not_in_a_backup_which_says_so) {
    {
        Server server{data};
        EXPECT_EQ(server.stop(), 0);
    }
    const auto elsewhere = folder.path() / "elsewhere.json";
    fs::rename(file, elsewhere);
    const auto without = run({"backup", "--to", folder.path() / "first.db"});
    EXPECT_EQ(without.exit_code, 0) << without.err;
    EXPECT_THAT(without.err, Not(HasSubstr("keys")));
    fs::rename(elsewhere, file);
    const auto backup = folder.path() / "second.db";
    const auto with = run({"backup", "--to", backup});
    EXPECT_EQ(with.exit_code, 0) << with.err;
    EXPECT_THAT(with.err, HasSubstr("the keys that sign tickets, " + file.string()));
    EXPECT_THAT(with.err, HasSubstr("keep a copy of that file in another place"));
    std::ostringstream bytes;
    bytes << std::ifstream{backup, std::ios::binary}.rdbuf();
    const auto keys = ring();
    const auto& key = *keys.keys.back().private_key;
    EXPECT_EQ(bytes.str().find(std::string{key.begin(), key.end()}), std::string::npos);
    EXPECT_THAT(bytes.str(), Not(HasSubstr("\"private\"")));
}

TEST_F(TicketKeys, that_are_lost_can_be_replaced_and_old_codes_stay_valid) {
    out_of({"keys", "make"});
    const auto old_code = code();
    expect_failed({"keys", "make", "--replace-lost"}, "the store knows no key");
    out_of({"keys", "rotate"});
    const auto lost = ring();
    {
        Server server{data};
        EXPECT_EQ(server.stop(), 0);
    }
    expect_failed({"keys", "make", "--replace-lost"}, "the store knows no key");
    note_in_store();
    expect_failed({"keys", "make", "--replace-lost"}, "nothing is lost");
    fs::remove(file);
    const auto registry = registry_with(lost, std::nullopt);
    EXPECT_EQ(match_keys({}, registry), tickets::KeyMatch::lost);
    EXPECT_THAT(out_of({"keys", "make", "--replace-lost"}), HasSubstr("has 3 keys"));
    EXPECT_EQ(match_keys(ring(), registry), tickets::KeyMatch::rotated);
    EXPECT_EQ(out_of({"ticket", "verify", old_code}), kSampleTicketPrinted);
    EXPECT_EQ(out_of({"ticket", "verify", code()}), kSampleTicketPrinted);
    expect_failed({"keys", "make"}, "is there already");
}

TEST_F(TicketKeys, that_the_store_knows_are_forgotten_when_there_are_too_many) {
    out_of({"keys", "make"});
    expect_failed({"keys", "forget-old"}, "the store knows no key");
    {
        Server server{data};
        EXPECT_EQ(server.stop(), 0);
    }
    SeededRandom random{1};
    auto all = ring();
    while (add_new_key(all, Instant{}, random))
        continue;
    ASSERT_TRUE(tickets::change_key_file(file, [&](KeyRing) -> Result<KeyRing, io::Fault> {
        return all;
    }));
    note_in_store();
    expect_failed({"keys", "rotate"}, "would have more than 250 keys");
    expect_failed({"keys", "forget-old"}, "has all keys that the store knows");
    all.keys.erase(all.keys.begin(), all.keys.end() - 1);
    add_new_key(all, Instant{}, random);
    ASSERT_TRUE(tickets::change_key_file(file, [&](KeyRing) -> Result<KeyRing, io::Fault> {
        return all;
    }));
    const auto refused = run_program(serve_arguments(data, {"--dev"}));
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.err, HasSubstr("run frontrow keys forget-old"));
    EXPECT_THAT(out_of({"keys", "forget-old"}), HasSubstr("forgot 249 keys and knows 1 key;"));
    for (int start = 0; start < 2; ++start) {
        Server server{data};
        EXPECT_EQ(server.stop(), 0);
    }
}

TEST_F(TicketKeys, of_the_file_or_of_a_public_set_verify_a_code) {
    out_of({"keys", "make"});
    const auto old_code = code();
    out_of({"keys", "rotate"});
    EXPECT_EQ(out_of({"ticket", "verify", code()}), kSampleTicketPrinted);
    EXPECT_EQ(out_of({"ticket", "verify", old_code}), kSampleTicketPrinted);
    const auto set = folder.path() / "set.json";
    std::ofstream{set} << tickets::write_jwk_set(ring().public_keys());
    fs::permissions(set, static_cast<fs::perms>(0644));
    fs::rename(file, folder.path() / "keys.json");
    expect_failed({"ticket", "verify", old_code}, "name the public keys with --keys");
    EXPECT_EQ(out_of({"ticket", "verify", old_code, "--keys", set}), kSampleTicketPrinted);
    const auto by_variable =
        run_program({"ticket", "verify", old_code}, {"FRONTROW_TICKET_KEYS=" + set.string()});
    EXPECT_EQ(by_variable.out, kSampleTicketPrinted) << by_variable.err;
    EXPECT_EQ(
        out_of({"ticket", "verify", old_code, "--keys", folder.path() / "keys.json"}),
        kSampleTicketPrinted
    );
    expect_failed({"ticket", "verify", old_code, "--keys", "nowhere"}, "can't open nowhere");
}

TEST_F(TicketKeys, tell_a_forged_code_from_one_of_another_key_and_from_no_code) {
    out_of({"keys", "make"});
    const auto good = code();
    auto forged = good;
    forged[30] = forged[30] == 'A' ? 'B' : 'A';
    expect_failed({"ticket", "verify", forged}, "forged or damaged");
    expect_failed({"ticket", "verify", good.substr(0, 100)}, "isn't a whole ticket code");
    expect_failed({"ticket", "verify", "hello"}, "isn't a whole ticket code");
    SeededRandom random{5};
    KeyRing other;
    add_new_key(other, Instant{}, random);
    expect_failed(
        {"ticket", "verify", tickets::CodeSigner{*other.keys.back().private_key}.sign(kSampleTicket)
        },
        "signed with a key that isn't known here"
    );
}

TEST_F(TicketKeys, verify_a_code_from_standard_input) {
    out_of({"keys", "make"});
    std::ofstream{folder.path() / "code"} << "  " << code() << "\r\n";
    const auto command = std::string{"exec "} + kFrontrowProgram + " ticket verify - --keys-file " +
                         file.string() + " <" + (folder.path() / "code").string();
    const auto finished =
        run_program(Child::Options{.arguments = {"-c", command}, .program = "/bin/sh"});
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    EXPECT_EQ(finished.out, kSampleTicketPrinted);
}

TEST_F(TicketKeys, are_changed_by_their_owner_alone) {
    if (geteuid() != 0) GTEST_SKIP() << "only root can act as another user";
    out_of({"keys", "make"});
    ASSERT_EQ(chown(file.c_str(), 65'534, 65'534), 0);
    expect_failed({"keys", "rotate"}, "belongs to another user");
    EXPECT_EQ(ring().keys.size(), 1);
}

}  // namespace
}  // namespace frontrow::test
