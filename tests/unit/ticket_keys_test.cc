#include "io/file.h"
#include "support/seeded_random.h"
#include "support/temp_folder.h"
#include "tickets/key_file.h"
#include "tickets/key_registry.h"
#include "tickets/ticket_code.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/stat.h>
#include <utility>

namespace frontrow::tickets {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

const Instant kMade{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

KeyRing ring_of(std::size_t keys, std::uint64_t seed = 1) {
    test::SeededRandom random{seed};
    KeyRing ring;
    for (std::size_t i = 0; i < keys; ++i)
        EXPECT_TRUE(add_new_key(ring, kMade + i * 24h, random));
    return ring;
}

KeyRing part(const KeyRing& ring, std::size_t from, std::size_t to) {
    KeyRing out;
    for (auto i = from; i < to; ++i)
        out.keys.push_back(ring.keys[i]);
    return out;
}

/// What read_key_file() would return if `ring` had been rotated on this machine.
KeyRing rotated(KeyRing ring, std::uint64_t seed = 99) {
    test::SeededRandom random{seed};
    EXPECT_TRUE(add_new_key(ring, kMade + 100h, random));
    return ring;
}

KeyRegistry registry_of(const KeyRing& ring) {
    return registry_with(ring, std::nullopt);
}

std::string text_of_file(const fs::path& file) {
    std::ifstream in{file};
    return {std::istreambuf_iterator<char>{in}, {}};
}

unsigned mode_of(const fs::path& file) {
    return static_cast<unsigned>(fs::status(file).permissions());
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// The keys and their texts. -----------------------------------------------------------------------

TEST(TicketKeys, written_and_read_again_are_the_same) {
    for (const std::size_t count : {1U, 2U, 5U}) {
        const auto ring = ring_of(count);
        EXPECT_EQ(parse_keys(write_keys(ring)).value(), ring);
    }
}

TEST(TicketKeys, of_which_the_newest_signs_are_the_only_ones_with_a_private_part) {
    const auto ring = ring_of(4);
    for (const auto& key : ring.keys)
        EXPECT_EQ(key.private_key.has_value(), key.id() == ring.keys.back().id());
}

TEST(TicketKeys, rotated_leave_old_codes_valid) {
    auto ring = ring_of(1);
    const CodeContents contents{.number = 1, .issue = 1, .place = "A 1"};
    const auto old = CodeSigner{*ring.keys.back().private_key}.sign(contents);
    ring = rotated(ring);
    const auto fresh = CodeSigner{*ring.keys.back().private_key}.sign(contents);
    const auto keys = ring.public_keys();
    EXPECT_NE(old, fresh);
    EXPECT_EQ(CodeVerifier{keys}.verify(old).value(), contents);
    EXPECT_EQ(CodeVerifier{keys}.verify(fresh).value(), contents);
}

TEST(TicketKeys, have_an_end) {
    auto ring = ring_of(kKeysMax);
    EXPECT_TRUE(parse_keys(write_keys(ring)));
    EXPECT_LE(write_registry(registry_of(ring)).size(), 64U << 10);
    test::SeededRandom random{2};
    EXPECT_FALSE(add_new_key(ring, kMade, random));
    EXPECT_EQ(ring.keys.size(), kKeysMax);
    ring.keys.push_back(ring_of(1, 5).keys.front());
    EXPECT_THAT(parse_keys(write_keys(ring)).error().why, HasSubstr("more than 250 keys"));
}

TEST(TicketKeys, that_are_wrong_are_refused_with_the_reason) {
    const auto ring = ring_of(2);
    const auto good = write_keys(ring);
    const auto other = write_keys(ring_of(1, 8));
    const auto id = ring.keys.front().id().to_string();
    const auto public_of = [](const std::string& text) {
        const auto document = boost::json::parse(text);
        return std::string{document.at("keys").at(0).at("public").as_string()};
    };
    const auto twice = [&] {
        auto broken = ring;
        broken.keys.insert(broken.keys.begin(), broken.keys.front());
        return write_keys(broken);
    };
    const std::pair<std::string, std::string> rows[] = {
        {"", "isn't a JSON object"},
        {"[]", "isn't a JSON object"},
        {good.substr(0, good.size() / 2), "isn't a JSON object"},
        {replaced(good, "\"format\":1", "\"format\":2"), "format isn't 1"},
        {replaced(good, "\"format\"", "\"former\""), "format isn't 1"},
        {R"({"format":1})", "no list of keys"},
        {R"({"format":1,"keys":[]})", "has no key"},
        {R"({"format":1,"keys":[7]})", "isn't an object"},
        {replaced(good, "\"public\"", "\"pubic\""), "no public part"},
        {replaced(good, public_of(good), public_of(good).substr(1)), "no public part"},
        {replaced(good, public_of(good), public_of(other)), "is another one"},
        {replaced(good, id, "00000000"), "the id of key " + id + " is another one"},
        {replaced(good, "2026-11-21", "2026-11-31"), "no time"},
        {replaced(good, "\"private\":\"", "\"private\":\"x"), "no private part"},
        {twice(), "has key " + id + " twice"},
    };
    for (const auto& [text, why] : rows) {
        const auto parsed = parse_keys(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_THAT(parsed.error().why, HasSubstr(why));
    }
    auto mixed = ring;
    mixed.keys.back().private_key = ring_of(1, 8).keys.front().private_key;
    const auto why = parse_keys(write_keys(mixed)).error().why;
    EXPECT_THAT(why, HasSubstr("is that of another key"));
}

TEST(TicketKeys, have_a_public_form_that_anybody_may_read) {
    const auto ring = ring_of(3);
    const auto set = write_jwk_set(ring.public_keys());
    EXPECT_EQ(parse_jwk_set(set).value(), ring.public_keys());
    const auto document = boost::json::parse(set);
    for (std::size_t i = 0; i < 3; ++i) {
        const auto& key = document.at("keys").at(i);
        EXPECT_EQ(key.at("kty"), "OKP");
        EXPECT_EQ(key.at("crv"), "Ed25519");
        EXPECT_EQ(key.at("use"), "sig");
        EXPECT_EQ(key.at("alg"), "EdDSA");
        EXPECT_EQ(key.at("kid").as_string(), ring.keys[i].id().to_string());
        EXPECT_EQ(key.as_object().size(), 6);
    }
    EXPECT_EQ(parse_public_keys(set).value(), ring.public_keys());
    EXPECT_EQ(parse_public_keys(write_keys(ring)).value(), ring.public_keys());
}

TEST(TicketKeys, are_found_among_the_other_keys_of_a_set) {
    const auto ring = ring_of(1);
    const auto set = write_jwk_set(ring.public_keys());
    const auto more =
        replaced(set, "[", R"([{"kty":"RSA","n":"AQAB"},{"kty":"OKP","crv":"X25519","x":"AA"},)");
    EXPECT_EQ(parse_jwk_set(more).value(), ring.public_keys());
    EXPECT_THAT(
        parse_jwk_set(R"({"keys":[{"kty":"RSA"}]})").error().why, HasSubstr("no key of the kind")
    );
    EXPECT_THAT(
        parse_jwk_set(replaced(set, "\"x\":\"", "\"x\":\"AA")).error().why, HasSubstr("no x of 32")
    );
    EXPECT_FALSE(parse_jwk_set("{}"));
    EXPECT_FALSE(parse_jwk_set("keys"));
}

TEST(TicketKeys, have_the_beginning_of_their_hash_as_their_id) {
    PublicKey key{};
    // sha256sum of 32 zero bytes
    EXPECT_EQ(id_of(key).to_string(), "66687aad");
}

// The file. ---------------------------------------------------------------------------------------

class KeyFile : public testing::Test {
protected:
    Result<KeyRing, io::Fault> change_to(const KeyRing& ring) const {
        return change_key_file(file, [&](const KeyRing&) -> Result<KeyRing, io::Fault> {
            return ring;
        });
    }
    void expect_refused(const std::string& why) const {
        const auto read = read_key_file(file);
        ASSERT_FALSE(read);
        EXPECT_EQ(read.error().kind, io::FaultKind::unusable);
        EXPECT_THAT(read.error().what, HasSubstr(why));
        EXPECT_THAT(read.error().what, HasSubstr(file.string()));
        // A change doesn't replace what can't be read.
        const auto before = text_of_file(file);
        EXPECT_FALSE(change_to(ring_of(1)));
        EXPECT_EQ(text_of_file(file), before);
    }

    test::TempFolder folder;
    fs::path file = folder.path() / "keys.json";
};

TEST_F(KeyFile, is_made_changed_and_read) {
    EXPECT_EQ(read_key_file(file).value(), std::nullopt);
    EXPECT_EQ(change_to(ring_of(1)).value(), ring_of(1));
    EXPECT_EQ(read_key_file(file).value(), ring_of(1));
    const auto changed = change_key_file(file, [](KeyRing ring) -> Result<KeyRing, io::Fault> {
        EXPECT_EQ(ring, ring_of(1));
        return rotated(std::move(ring));
    });
    EXPECT_EQ(changed.value(), rotated(ring_of(1)));
    EXPECT_EQ(read_key_file(file).value(), rotated(ring_of(1)));
}

TEST_F(KeyFile, is_private_to_its_user_and_nothing_else_is_left_behind) {
    const auto before = umask(0);
    ASSERT_TRUE(change_to(ring_of(1)));
    umask(before);
    EXPECT_EQ(mode_of(file), 0600U);
    EXPECT_EQ(std::distance(fs::directory_iterator{folder.path()}, {}), 1);
}

TEST_F(KeyFile, that_others_may_use_is_refused_with_the_remedy) {
    ASSERT_TRUE(change_to(ring_of(1)));
    for (const unsigned mode : {0644U, 0640U, 0620U, 0604U, 0602U, 0660U}) {
        fs::permissions(file, static_cast<fs::perms>(mode));
        expect_refused("run chmod 600 " + file.string());
    }
    fs::permissions(file, fs::perms::owner_read);
    EXPECT_TRUE(read_key_file(file));
}

TEST_F(KeyFile, that_is_no_key_file_is_refused) {
    for (const auto* text : {"", "{}", "{\"format\":1,\"keys\":[]}"}) {
        std::ofstream{file} << text;
        fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
        expect_refused("can't be used: it");
    }
    std::ofstream{file} << std::string(300'000, ' ');
    expect_refused("is too large");
}

TEST_F(KeyFile, whose_newest_key_can_not_sign_is_refused) {
    auto ring = ring_of(2);
    ring.keys.back().private_key.reset();
    std::ofstream{file} << write_keys(ring);
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    expect_refused("its last key, which signs, has no private part");
}

TEST_F(KeyFile, stays_as_it_was_if_the_change_is_refused) {
    ASSERT_TRUE(change_to(ring_of(1)));
    const auto changed = change_key_file(file, [](const KeyRing&) -> Result<KeyRing, io::Fault> {
        return std::unexpected(io::Fault{io::FaultKind::unusable, "no"});
    });
    EXPECT_EQ(changed.error().what, "no");
    EXPECT_EQ(read_key_file(file).value(), ring_of(1));
    EXPECT_EQ(std::distance(fs::directory_iterator{folder.path()}, {}), 1);
}

TEST_F(KeyFile, is_changed_by_one_process_at_a_time) {
    ASSERT_TRUE(change_to(ring_of(1)));
    const auto outer = change_key_file(file, [&](KeyRing ring) -> Result<KeyRing, io::Fault> {
        const auto inner = change_to(ring_of(1, 5));
        EXPECT_FALSE(inner);
        EXPECT_THAT(inner.error().what, HasSubstr("another process is changing the keys"));
        return rotated(std::move(ring));
    });
    EXPECT_TRUE(outer);
    EXPECT_EQ(read_key_file(file).value(), rotated(ring_of(1)));
}

TEST_F(KeyFile, is_changed_although_a_process_was_killed_while_it_changed_it) {
    const auto left_over = file.string() + ".new";
    std::ofstream{left_over} << "{";
    ASSERT_TRUE(change_to(ring_of(1)));
    std::ofstream{left_over} << "{";
    ASSERT_TRUE(change_to(rotated(ring_of(1))));
    EXPECT_EQ(read_key_file(file).value(), rotated(ring_of(1)));
    EXPECT_EQ(std::distance(fs::directory_iterator{folder.path()}, {}), 1);
}

TEST_F(KeyFile, is_not_changed_while_another_process_has_the_next_content) {
    ASSERT_TRUE(change_to(ring_of(1)));
    const auto next = file.string() + ".new";
    {
        auto other = io::File::create(next).value();
        ASSERT_TRUE(other.try_lock().value());
        EXPECT_THAT(change_to(ring_of(2)).error().what, HasSubstr("another process is changing"));
        EXPECT_TRUE(other.is_at(next)) << "the other one's file was taken away";
    }
    EXPECT_TRUE(change_to(ring_of(2)));
}

TEST_F(KeyFile, may_be_a_link_and_stays_one_when_the_keys_are_rotated) {
    const auto mounted = folder.path() / "mounted" / "..data";
    fs::create_directories(mounted);
    file = mounted / "keys.json";
    ASSERT_TRUE(change_to(ring_of(1)));
    const auto target = file;
    file = folder.path() / "keys.json";
    fs::create_symlink("mounted/..data/keys.json", file);
    EXPECT_EQ(read_key_file(file).value(), ring_of(1));
    ASSERT_TRUE(change_to(rotated(ring_of(1))));
    EXPECT_TRUE(fs::is_symlink(file));
    EXPECT_EQ(read_key_file(target).value(), rotated(ring_of(1)));
    EXPECT_EQ(mode_of(target), 0600U);
}

TEST_F(KeyFile, that_is_a_link_to_nowhere_is_no_missing_file) {
    fs::create_symlink("not-mounted-yet/keys.json", file);
    expect_refused("is a link to a file that can't be reached");
    EXPECT_TRUE(fs::is_symlink(file));
    test::SeededRandom random{1};
    EXPECT_FALSE(make_key_file(file, kMade, random));
}

TEST_F(KeyFile, that_is_a_pipe_or_a_folder_is_refused_at_once) {
    ASSERT_EQ(mkfifo(file.c_str(), 0600), 0);
    EXPECT_THAT(read_key_file(file).error().what, HasSubstr("isn't a regular file"));
    EXPECT_FALSE(change_to(ring_of(1)));
    fs::remove(file);
    fs::create_directory(file);
    EXPECT_THAT(read_key_file(file).error().what, HasSubstr("isn't a regular file"));
}

TEST_F(KeyFile, is_made_once) {
    test::SeededRandom random{1};
    const auto made = make_key_file(file, kMade, random);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->keys.size(), 1);
    EXPECT_THAT(
        make_key_file(file, kMade, random).error().what,
        HasSubstr("is there already: `frontrow keys rotate`")
    );
    EXPECT_EQ(read_key_file(file).value(), *made);
}

TEST_F(KeyFile, in_a_folder_that_is_not_there_is_a_fault) {
    file = folder.path() / "nowhere" / "keys.json";
    EXPECT_EQ(read_key_file(file).value(), std::nullopt);
    const auto changed = change_to(ring_of(1));
    ASSERT_FALSE(changed);
    EXPECT_THAT(changed.error().what, HasSubstr("No such file"));
}

TEST_F(KeyFile, and_a_set_of_public_keys_are_both_read_for_their_public_keys) {
    const auto ring = ring_of(2);
    ASSERT_TRUE(change_to(ring));
    EXPECT_EQ(read_public_keys(file).value(), ring.public_keys());
    const auto set = folder.path() / "set.json";
    std::ofstream{set} << write_jwk_set(ring.public_keys());
    fs::permissions(set, static_cast<fs::perms>(0644));
    EXPECT_EQ(read_public_keys(set).value(), ring.public_keys());
    std::ofstream{set} << "{}";
    EXPECT_THAT(read_public_keys(set).error().what, HasSubstr("it has no list of keys"));
    EXPECT_FALSE(read_public_keys(folder.path() / "nowhere"));
}

// The store's record of them. ---------------------------------------------------------------------

TEST(KeyRegistry, written_and_read_again_is_the_same_and_has_no_private_key) {
    const auto ring = ring_of(3);
    const auto registry = registry_of(ring);
    EXPECT_EQ(registry.signing, ring.keys.back().id());
    EXPECT_EQ(registry.ring.public_keys(), ring.public_keys());
    const auto text = write_registry(registry);
    EXPECT_THAT(text, Not(HasSubstr("private")));
    EXPECT_EQ(parse_registry(text).value(), registry);
    // Not even if a caller puts one in.
    EXPECT_THAT(
        write_registry({.signing = registry.signing, .ring = ring}), Not(HasSubstr("private"))
    );
    for (const auto& wrong :
         {std::string{"{}"},
          replaced(text, "\"signing\"", "\"singing\""),
          replaced(text, "\"signing\":\"", "\"signing\":\"0")})
        EXPECT_FALSE(parse_registry(wrong)) << wrong;
}

TEST(KeyRegistry, says_how_a_nodes_keys_relate_to_the_stores) {
    const auto keys = ring_of(4);
    const auto others = ring_of(2, 77);
    const auto known = registry_of(part(keys, 0, 3));
    auto whole = part(ring_of(3), 0, 3);
    const struct {
        std::string what;
        KeyRing ring;
        std::optional<KeyRegistry> registry;
        KeyMatch match;
    } rows[] = {
        {"new store", ring_of(1), std::nullopt, KeyMatch::first_use},
        {"new store and rotated keys", ring_of(3), std::nullopt, KeyMatch::first_use},
        {"new store without keys", {}, std::nullopt, KeyMatch::first_use},
        {"unchanged", whole, known, KeyMatch::same},
        {"old public keys were dropped", part(whole, 2, 3), known, KeyMatch::same},
        {"rotated once", rotated(whole), known, KeyMatch::rotated},
        {"rotated twice", rotated(rotated(whole), 3), known, KeyMatch::rotated},
        {"rotated and old keys dropped", part(rotated(whole), 2, 4), known, KeyMatch::rotated},
        {"not rotated yet, as elsewhere", ring_of(2), known, KeyMatch::behind},
        {"rotated here and elsewhere", rotated(ring_of(2)), known, KeyMatch::behind},
        {"another store's", others, known, KeyMatch::other},
        {"no key file", {}, known, KeyMatch::lost},
    };
    for (const auto& row : rows)
        EXPECT_EQ(match_keys(row.ring, row.registry), row.match) << row.what;
}

TEST(KeyRegistry, never_has_more_keys_than_can_be_read_again) {
    const auto full = ring_of(kKeysMax);
    const auto known = registry_of(full);
    EXPECT_EQ(match_keys(full, known), KeyMatch::same);
    const auto trimmed = rotated(part(full, kKeysMax - 1, kKeysMax));
    EXPECT_EQ(match_keys(trimmed, known), KeyMatch::too_many);
    EXPECT_EQ(match_keys(trimmed, registry_of(part(full, 1, kKeysMax))), KeyMatch::rotated);
    // The remedy.
    const auto next = registry_within(trimmed, known);
    EXPECT_EQ(next.signing, known.signing);
    EXPECT_EQ(next.ring.keys.size(), 1);
    EXPECT_EQ(match_keys(trimmed, next), KeyMatch::rotated);
    EXPECT_TRUE(parse_registry(write_registry(registry_with(trimmed, next))));
}

TEST(KeyRegistry, forgets_no_key_when_keys_are_rotated) {
    const auto known = registry_of(ring_of(3));
    const auto rotation = rotated(part(ring_of(3), 2, 3));
    const auto next = registry_with(rotation, known);
    EXPECT_EQ(next.signing, rotation.keys.back().id());
    ASSERT_EQ(next.ring.keys.size(), 4);
    for (const auto& key : known.ring.keys)
        EXPECT_NE(next.ring.find(key.id()), nullptr);
    EXPECT_EQ(match_keys(rotation, next), KeyMatch::same);
    // The nodes that have the old file still start only with the new one.
    EXPECT_EQ(match_keys(ring_of(3), next), KeyMatch::behind);
}

TEST(KeyRegistry, knows_a_key_file_that_replaces_a_lost_one) {
    const auto lost = ring_of(3);
    const auto known = registry_of(lost);
    test::SeededRandom random{11};
    for (const auto& ring : {KeyRing{}, ring_of(2), ring_of(1, 77)}) {
        const auto next = replace_lost(ring, known, kMade + 200h, random).value();
        EXPECT_TRUE(parse_keys(write_keys(next)));
        EXPECT_TRUE(next.keys.back().private_key);
        EXPECT_EQ(match_keys(next, known), KeyMatch::rotated);
        const auto code = CodeSigner{*lost.keys.back().private_key}.sign({.number = 1});
        EXPECT_TRUE(CodeVerifier{next.public_keys()}.verify(code));
    }
    const auto full = registry_of(ring_of(kKeysMax));
    EXPECT_EQ(replace_lost({}, full, kMade, random), std::nullopt);
}

TEST(KeyRegistry, refuses_with_the_remedy) {
    const auto signing = ring_of(1).keys.back().id();
    const auto remedy = [&](KeyMatch match) { return remedy_of(match, "/etc/keys.json", signing); };
    for (const auto match : {KeyMatch::behind, KeyMatch::other, KeyMatch::lost}) {
        EXPECT_THAT(remedy(match), HasSubstr("/etc/keys.json"));
        EXPECT_THAT(remedy(match), HasSubstr(signing.to_string()));
    }
    EXPECT_THAT(remedy(KeyMatch::too_many), HasSubstr("run frontrow keys forget-old"));
    EXPECT_THAT(remedy(KeyMatch::behind), HasSubstr("copy the key file from the node"));
    EXPECT_THAT(remedy(KeyMatch::other), HasSubstr("name the right file with --keys-file"));
    EXPECT_THAT(remedy(KeyMatch::lost), HasSubstr("frontrow keys make --replace-lost"));
    EXPECT_EQ(remedy(KeyMatch::same), "");
}

}  // namespace
}  // namespace frontrow::tickets
