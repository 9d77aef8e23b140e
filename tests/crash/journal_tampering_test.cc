#include "crash/journal_on_disk.h"
#include "io/sha256.h"
#include "io/sqlite.h"
#include "io/zstd.h"
#include "store/sqlite/backup.h"
#include "store/sqlite/data_folder.h"
#include "store/sqlite/journal_head.h"
#include "support/one_machine.h"
#include "support/paths.h"
#include "wire/fact_json.h"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <span>

namespace frontrow::test {
namespace {

using io::FaultKind;
using io::SqliteDatabase;
using store::sqlite::check_head;
using store::sqlite::DataFolder;
using store::sqlite::JournalHead;

constexpr std::uint64_t kSeed = 7;

/// A change to a journal's rows, and the result of opening it afterwards.
struct Tampering {
    std::string name;
    std::string sql;
    /// Absent if the journal opens.
    std::optional<FaultKind> kind;
    std::string says;
    /// The number of batches if the journal opens.
    std::uint64_t batches = 6;

    friend void PrintTo(const Tampering& tampering, std::ostream* out) { *out << tampering.name; }
};

class TamperedJournal : public testing::TestWithParam<Tampering> {};

const std::vector<Tampering> kTamperings{
    {.name = "no_row_is_touched", .sql = "PRAGMA user_version=2"},
    {.name = "a_row_is_deleted",
     .sql = "DELETE FROM journal WHERE batch=3",
     .kind = FaultKind::corrupt,
     .says = "damaged at batch 3: it is missing"},
    {.name = "the_first_row_is_deleted",
     .sql = "DELETE FROM journal WHERE batch=1",
     .kind = FaultKind::corrupt,
     .says = "damaged at batch 1: it is missing"},
    {.name = "the_last_row_is_deleted", .sql = "DELETE FROM journal WHERE batch=6", .batches = 5},
    {.name = "all_rows_are_deleted", .sql = "DELETE FROM journal", .batches = 0},
    {.name = "two_rows_change_places",
     .sql = "UPDATE journal SET batch=-1 WHERE batch=3; UPDATE journal SET batch=3 WHERE batch=4;"
            "UPDATE journal SET batch=4 WHERE batch=-1",
     .kind = FaultKind::corrupt,
     .says = "damaged at batch 3: its facts don't follow"},
    {.name = "a_row_has_another_rows_content",
     .sql = "UPDATE journal SET (facts, hash) = (SELECT facts, hash FROM journal WHERE batch=4) "
            "WHERE batch=3",
     .kind = FaultKind::corrupt,
     .says = "damaged at batch 3: its content doesn't match"},
    {.name = "rows_are_numbered_anew",
     .sql = "UPDATE journal SET batch=batch+100 WHERE batch>3",
     .kind = FaultKind::corrupt,
     .says = "damaged at batch 4: it is missing"},
    {.name = "facts_are_edited",
     .sql = "UPDATE journal SET facts=CAST(substr(facts, 1, 20) || x'00' || substr(facts, 22) AS "
            "BLOB) WHERE batch=5",
     .kind = FaultKind::corrupt,
     .says = "damaged at batch 5: its content doesn't match"},
    {.name = "facts_are_put_in_as_text",
     .sql = "UPDATE journal SET facts='{\"seq\":1}' WHERE batch=5",
     .kind = FaultKind::corrupt,
     .says = "damaged at batch 5: its content doesn't match"},
    {.name = "facts_are_called_text",
     .sql = "UPDATE journal SET facts=CAST(facts AS TEXT) WHERE batch=5"},
    {.name = "facts_are_emptied",
     .sql = "UPDATE journal SET facts='' WHERE batch=5",
     .kind = FaultKind::corrupt,
     .says = "damaged at batch 5: its content doesn't match"},
    {.name = "a_first_number_is_edited",
     .sql = "UPDATE journal SET first_seq=first_seq+1 WHERE batch=5",
     .kind = FaultKind::corrupt,
     .says = "damaged at batch 5: its facts don't follow"},
    {.name = "a_last_number_is_edited",
     .sql = "UPDATE journal SET last_seq=last_seq+1 WHERE batch=6",
     .kind = FaultKind::corrupt,
     .says = "damaged at batch 6: its content doesn't match"},
    {.name = "a_last_number_is_negative",
     .sql = "UPDATE journal SET last_seq=-last_seq WHERE batch=6",
     .kind = FaultKind::corrupt,
     .says = "damaged at batch 6"},
    {.name = "a_hash_is_edited",
     .sql = "UPDATE journal SET hash=zeroblob(32) WHERE batch=2",
     .kind = FaultKind::corrupt,
     .says = "damaged at batch 2: its content doesn't match"},
    {.name = "a_hash_is_cut_short",
     .sql = "UPDATE journal SET hash=substr(hash, 1, 31) WHERE batch=2",
     .kind = FaultKind::corrupt,
     .says = "damaged at batch 2: its content doesn't match"},
    {.name = "a_hash_is_emptied",
     .sql = "UPDATE journal SET hash=zeroblob(0) WHERE batch=6",
     .kind = FaultKind::corrupt,
     .says = "damaged at batch 6: its content doesn't match"},
    {.name = "a_row_is_added",
     .sql = "INSERT INTO journal SELECT 7, last_seq+1, last_seq+1, facts, hash FROM journal "
            "WHERE batch=6",
     .kind = FaultKind::corrupt,
     .says = "damaged at batch 7: its content doesn't match"},
    {.name = "a_row_is_added_before_the_first",
     .sql = "INSERT INTO journal SELECT -5, first_seq, last_seq, facts, hash FROM journal "
            "WHERE batch=6"},
    {.name = "the_format_is_a_later_one",
     .sql = "PRAGMA user_version=3",
     .kind = FaultKind::unavailable,
     .says = "format 3"},
    {.name = "the_table_is_gone",
     .sql = "DROP TABLE journal",
     .kind = FaultKind::corrupt,
     .says = "no such table"},
    {.name = "the_table_has_another_form",
     .sql = "DROP TABLE journal; CREATE TABLE journal (batch INTEGER PRIMARY KEY, fact TEXT)",
     .kind = FaultKind::unavailable,
     .says = "no column"},
};

TEST_P(TamperedJournal, is_refused_with_the_place_or_ends_early) {
    JournalOnDisk disk{journal_shapes().front(), kSeed};
    disk.checkpointed_image().put_into(disk.folder());
    {
        auto database = SqliteDatabase::open(
            DataFolder::journal_of(disk.folder()), SqliteDatabase::Mode::read_write_create
        );
        ASSERT_TRUE(database && database->execute(GetParam().sql));
    }
    const auto recovery = disk.recover();
    EXPECT_TRUE(disk.history().lines_until(6).starts_with(recovery.lines));
    if (GetParam().kind) {
        ASSERT_TRUE(recovery.fault);
        EXPECT_EQ(recovery.fault->kind, *GetParam().kind);
        EXPECT_NE(recovery.fault->what.find(GetParam().says), std::string::npos)
            << recovery.fault->what;
        return;
    }
    ASSERT_FALSE(recovery.fault) << recovery.fault->what;
    EXPECT_EQ(recovery.end.batch, GetParam().batches);
    EXPECT_TRUE(recovery.lines == disk.history().lines_until(recovery.end.batch));
    const auto checked = check_head(DataFolder::head_of(disk.folder()), recovery.end);
    EXPECT_EQ(checked.has_value(), recovery.end.batch == 6);
}

INSTANTIATE_TEST_SUITE_P(
    Journal,
    TamperedJournal,
    testing::ValuesIn(kTamperings),
    [](const auto& info) { return info.param.name; }
);

/// A row made as docs/journal.md describes it, without our code.
struct Row {
    std::uint64_t batch = 0;
    std::uint64_t first_seq = 0;
    std::uint64_t last_seq = 0;
    /// The stored bytes: lines, or a frame of lines.
    std::string facts;

    io::Sha256Digest hash(const io::Sha256Digest& before) const {
        io::Sha256 sha;
        sha.update(std::span<const std::uint8_t>{before});
        for (const auto number : {batch, first_seq, last_seq}) {
            std::array<std::uint8_t, 8> bytes{};
            for (std::size_t i = 0; i < 8; ++i)
                bytes[i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
            sha.update(std::span<const std::uint8_t>{bytes});
        }
        sha.update(facts);
        return sha.finish();
    }
};

class JournalFormat : public testing::Test {
protected:
    /// Adds a row with a correct hash.
    void add(const Row& row, const io::Sha256Digest& before) {
        auto database = SqliteDatabase::open(
            DataFolder::journal_of(disk_.folder()), SqliteDatabase::Mode::read_write_create
        );
        auto insert = database->prepare("INSERT INTO journal VALUES (?1, ?2, ?3, ?4, ?5)");
        const auto hash = row.hash(before);
        insert->bind(1, static_cast<std::int64_t>(row.batch));
        insert->bind(2, static_cast<std::int64_t>(row.first_seq));
        insert->bind(3, static_cast<std::int64_t>(row.last_seq));
        if (io::is_zstd_frame(row.facts)) {
            insert->bind_blob(4, row.facts);
        } else {
            insert->bind_text(4, row.facts);
        }
        insert->bind(5, hash);
        ASSERT_TRUE(insert->step());
    }

    /// Appends a row with these facts, and expects a refusal with these words.
    void
    expect_stored_refused(std::uint64_t facts, const std::string& stored, const std::string& says) {
        disk_.image().put_into(disk_.folder());
        const auto end = disk_.recover().end;
        add({end.batch + 1, end.last_seq + 1, end.last_seq + facts, stored}, end.hash);
        const auto recovery = disk_.recover();
        ASSERT_TRUE(recovery.fault) << stored;
        EXPECT_EQ(recovery.fault->kind, FaultKind::corrupt);
        EXPECT_NE(recovery.fault->what.find(says), std::string::npos) << recovery.fault->what;
    }

    /// Stores the lines as they are, and then as a frame.
    void expect_refusal(std::uint64_t facts, const std::string& lines, const std::string& says) {
        expect_stored_refused(facts, lines, says);
        expect_stored_refused(facts, io::ZstdCompressor{}.compress(lines), says);
    }

    std::string line_of(std::uint64_t seq) const {
        const std::string all{disk_.history().lines_until(6)};
        auto line = all.substr(all.rfind("{\"seq\""));
        return line.replace(7, line.find(',') - 7, std::to_string(seq));
    }

    JournalOnDisk disk_{journal_shapes().front(), kSeed};
};

TEST_F(JournalFormat, is_what_the_document_says) {
    disk_.image().put_into(disk_.folder());
    auto database = SqliteDatabase::open(
        DataFolder::journal_of(disk_.folder()), SqliteDatabase::Mode::read_only
    );
    auto select = database->prepare("SELECT *, typeof(facts) FROM journal ORDER BY batch");
    io::Sha256Digest before{};
    std::string lines;
    std::uint64_t batch = 0;
    while (select->step().value()) {
        const Row row{
            .batch = ++batch,
            .first_seq = static_cast<std::uint64_t>(select->integer(1)),
            .last_seq = static_cast<std::uint64_t>(select->integer(2)),
            .facts = std::string{select->text(3)},
        };
        EXPECT_EQ(select->text(5), "blob");
        lines += io::zstd_decompress(row.facts, 1 << 20).value();
        EXPECT_EQ(select->integer(0), static_cast<std::int64_t>(batch));
        const auto hash = row.hash(before);
        ASSERT_TRUE(std::ranges::equal(hash, select->blob(4)));
        before = hash;
    }
    EXPECT_EQ(batch, 6);
    EXPECT_EQ(lines, disk_.history().lines_until(6));
}

TEST_F(JournalFormat, refuses_a_frame_that_is_none_in_a_row_that_fits) {
    constexpr auto kSays = "its facts can't be decompressed";
    const auto frame = io::ZstdCompressor{}.compress(line_of(disk_.history().last_seq() + 1));
    expect_stored_refused(1, frame.substr(0, frame.size() - 1), kSays);
    expect_stored_refused(1, frame.substr(0, 4), kSays);
    expect_stored_refused(1, frame + frame, kSays);
    auto with_another_checksum = frame;
    with_another_checksum.back() = static_cast<char>(with_another_checksum.back() ^ 1);
    expect_stored_refused(1, with_another_checksum, kSays);
    expect_stored_refused(1, frame.substr(1), "fact ");
}

// SQLite notes in one bit whether bytes are text or a blob, and the hash doesn't cover that bit.
TEST_F(JournalFormat, goes_by_the_bytes_and_not_by_what_they_are_called) {
    disk_.checkpointed_image().put_into(disk_.folder());
    {
        auto database = SqliteDatabase::open(
            DataFolder::journal_of(disk_.folder()), SqliteDatabase::Mode::read_write_create
        );
        ASSERT_TRUE(database->execute("UPDATE journal SET facts=CAST(facts AS TEXT)"));
    }
    const auto expected = disk_.history().lines_until(6);
    EXPECT_EQ(disk_.recover().lines, expected);

    const TempFolder other;
    const auto file = other.path() / "backup.db";
    const auto restored = other.path() / "restored";
    const auto ignore = [](const store::engine::JournalEnd&) {};
    ASSERT_TRUE(store::sqlite::back_up(disk_.folder(), file, ignore));
    ASSERT_TRUE(store::sqlite::restore(file, restored, ignore));
    EXPECT_EQ(recover(restored).lines, expected);
}

TEST_F(JournalFormat, names_the_line_that_is_not_a_fact_in_a_row_that_fits) {
    const auto seq = disk_.history().last_seq() + 1;
    const auto fact = "fact " + std::to_string(seq);
    expect_refusal(1, "\n", fact);
    expect_refusal(1, "not JSON\n", fact);
    expect_refusal(1, "{}\n", fact + ": seq is required");
    expect_refusal(1, "{\"seq\":1", fact);
    expect_refusal(1, std::string(1'000, '['), fact);
    expect_refusal(1, line_of(seq + 1), "its facts are out of order");
    expect_refusal(2, line_of(seq), "it has fewer facts than its numbers say");
    expect_refusal(1, line_of(seq) + line_of(seq + 1), "it has fewer facts than its numbers say");
    auto unknown = line_of(seq);
    unknown.replace(unknown.find("\"type\":\"") + 8, 3, "Fut");
    expect_refusal(1, unknown, fact + ": type is unknown to this version");
}

TEST_F(JournalFormat, refuses_what_is_not_a_database) {
    const std::string header{"SQLite format 3\0", 16};
    for (const auto& bytes :
         {std::string{"not a database"},
          std::string(20'000, 'x'),
          std::string(20'000, '\0'),
          header,
          header + std::string(10'000, '\x7F')}) {
        const CrashImage image{.database = bytes, .log = {}, .head = {}};
        image.put_into(disk_.folder());
        const auto recovery = disk_.recover();
        ASSERT_TRUE(recovery.fault);
        EXPECT_EQ(recovery.fault->kind, FaultKind::corrupt) << recovery.fault->what;
        EXPECT_EQ(recovery.lines, "");
    }
}

TEST_F(JournalFormat, refuses_a_folder_in_the_journals_place) {
    TempFolder folder;
    std::filesystem::create_directory(DataFolder::journal_of(folder.path()));
    const auto recovery = recover(folder.path());
    ASSERT_TRUE(recovery.fault);
    EXPECT_EQ(recovery.fault->kind, FaultKind::unavailable) << recovery.fault->what;
}

TEST_F(JournalFormat, is_shown_by_example_in_the_document) {
    std::ifstream document{std::filesystem::path{kCheckout} / "docs/journal.md"};
    ASSERT_TRUE(document);
    std::set<std::string> types;
    std::uint64_t seq = 0;
    for (std::string line; std::getline(document, line);) {
        if (!line.starts_with("{\"seq\"")) continue;
        const auto fact = wire::parse_fact(line);
        ASSERT_TRUE(fact) << fact.error().fields.front().field << " "
                          << fact.error().fields.front().message << ": " << line;
        EXPECT_EQ(fact->seq, ++seq);
        std::string written;
        wire::append_fact(written, *fact);
        EXPECT_EQ(written, line);
        types.emplace(wire::fact_type(fact->body));
    }
    EXPECT_EQ(types.size(), std::variant_size_v<domain::FactBody>);
}

class JournalHeadFile : public testing::Test {
protected:
    void SetUp() override { machine_.clock.advance(std::chrono::days{1}); }

    /// The result of starting a store with this head.
    Result<void, io::Fault> start_with(const std::string& head) {
        machine_.stop();
        auto image = disk_.image();
        image.head = head;
        image.put_into(machine_.folder.path());
        return machine_.try_start();
    }
    std::filesystem::path file() const { return DataFolder::head_of(machine_.folder.path()); }

    JournalOnDisk disk_{journal_shapes().front(), kSeed};
    OneMachine machine_;
};

TEST_F(JournalHeadFile, is_done_without_where_it_cannot_be_read) {
    const auto& head = disk_.image().head;
    ASSERT_EQ(head.size(), 68);
    EXPECT_EQ(head, "frontrow head, batch 00000000000000000006, seq " + head.substr(47, 20) + "\n");
    for (const auto& other :
         {std::string{},
          head.substr(0, 67),
          head.substr(0, 1),
          std::string(68, '\0'),
          std::string(68, '9'),
          std::string(10'000, 'x'),
          "Frontrow" + head.substr(8),
          std::string{"frontrow head, batch "} + std::string(47, '/')}) {
        const auto started = start_with(other);
        ASSERT_TRUE(started) << other << ": " << started.error().what;
        EXPECT_GE(machine_.store().inventory().last_seq(), disk_.history().last_seq());
    }
}

TEST_F(JournalHeadFile, may_be_older_than_the_journal_and_not_newer) {
    constexpr std::size_t kLastDigit = 40;
    auto head = disk_.image().head;
    for (const char batch : {'0', '1', '2', '3', '4', '5', '6'}) {
        head[kLastDigit] = batch;
        EXPECT_TRUE(start_with(head));
    }
    head[kLastDigit] = '7';
    const auto refused = start_with(head);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, FaultKind::corrupt);
    EXPECT_NE(
        refused.error().what.find("ends at batch 6, but batch 7 was acknowledged"),
        std::string::npos
    ) << refused.error().what;
}

TEST_F(JournalHeadFile, follows_the_journal_again_after_it_was_lost) {
    for (const auto& other : {std::string{}, std::string(9, 'x'), std::string(500, 'x')}) {
        ASSERT_TRUE(start_with(other));
        ASSERT_TRUE(machine_.execute(machine_.sale.create_event()));
        const auto head = JournalHead::read(file());
        ASSERT_TRUE(head) << other.size();
        EXPECT_EQ(head->last_seq, machine_.store().inventory().last_seq());
    }
}

}  // namespace
}  // namespace frontrow::test
