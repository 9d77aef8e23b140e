#include "end_to_end/journal_file.h"
#include "end_to_end/load.h"
#include "end_to_end/server.h"
#include "io/sqlite.h"
#include "support/seed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

namespace fs = std::filesystem;

Finished back_up(const fs::path& folder, const fs::path& to) {
    return run_program({"backup", "--data-dir", folder, "--to", to});
}
Finished restore(const fs::path& from, const fs::path& folder, bool accept_unsealed = false) {
    std::vector<std::string> arguments{"restore", "--from", from, "--data-dir", folder};
    if (accept_unsealed) arguments.emplace_back("--accept-unsealed");
    return run_program(arguments);
}

void expect_failed(const Finished& finished, const std::string& why) {
    EXPECT_EQ(finished.exit_code, 1) << finished.out;
    EXPECT_THAT(finished.err, HasSubstr(why));
}

/// A database that the test edits without the program.
class Sqlite {
public:
    explicit Sqlite(const fs::path& file)
        : database_{
              io::SqliteDatabase::open(file, io::SqliteDatabase::Mode::read_write_create).value()
          } {}

    void execute(const std::string& sql) {
        if (auto done = database_.execute(sql); !done) throw std::runtime_error(done.error().what);
    }

private:
    io::SqliteDatabase database_;
};

std::set<std::string> names_in(const fs::path& folder) {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator{folder})
        names.insert(entry.path().filename());
    return names;
}

/// The ids of alice's reservations, according to a server on this folder.
std::set<std::string> alices_in(const fs::path& folder) {
    const Server server{folder};
    std::set<std::string> ids;
    for (std::size_t offset = 0;; offset = ids.size()) {
        const auto list = server.client().get(
            "/api/v1/reservations?limit=100&offset=" + std::to_string(offset), "alice"
        );
        const auto page = list.value().json();
        if (page.as_array().empty()) return ids;
        for (const auto& one : page.as_array())
            ids.insert(text_of(one, "id"));
    }
}

TEST(Backup, taken_under_load_has_all_that_was_acknowledged_before_it_began) {
    const TempFolder folder;
    const TempFolder backups;
    Server server{folder.path()};
    auto client = server.client();
    const auto crowded = make_hall(client, 2'000);
    const auto quiet = make_hall(client, 200);
    Load load{
        crowded,
        {.ports = {server.port()}, .name = "crowd", .seed = seed_of_this_run(), .buyers = 6}
    };
    std::set<std::string> acknowledged;
    std::vector<std::set<std::string>> at_backup;
    for (int round = 0; round < 4; ++round) {
        load.wait_for_answers(load.answers() + 200);
        for (int i = 0; i < 20; ++i) {
            const auto& seat = quiet.seats.at(acknowledged.size());
            const boost::json::object wanted{
                {"event_id", quiet.event}, {"seat_ids", {seat}}, {"idempotency_key", seat}
            };
            const auto made =
                client.post("/api/v1/reservations", boost::json::serialize(wanted), "alice");
            ASSERT_EQ(made.value().status, 201U) << made->body;
            acknowledged.insert(text_of(made->json(), "id"));
        }
        at_backup.push_back(acknowledged);
        const auto done = back_up(folder.path(), backups.path() / std::to_string(round));
        ASSERT_EQ(done.exit_code, 0) << done.err;
        EXPECT_THAT(done.out, HasSubstr("the chain is whole"));
    }
    load.stop();
    EXPECT_THAT(load.surprises(), IsEmpty());
    EXPECT_EQ(names_in(backups.path()), (std::set<std::string>{"0", "1", "2", "3"}));

    for (std::size_t round = 0; round < at_backup.size(); ++round) {
        SCOPED_TRACE(round);
        const auto restored = backups.path() / ("restored-" + std::to_string(round)) / "data";
        const auto done = restore(backups.path() / std::to_string(round), restored);
        ASSERT_EQ(done.exit_code, 0) << done.err;
        const auto verified = verify(restored);
        EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
        // Alice's reservations didn't change while a backup ran.
        EXPECT_EQ(alices_in(restored), at_backup[round]);
    }
}

/// A small sale with a backup; its server is stopped.
class BackedUp : public testing::Test {
protected:
    BackedUp() {
        Server server{data_};
        auto client = server.client();
        hall_ = make_hall(client, 20);
        if (server.stop() != 0) throw std::runtime_error("the server didn't stop well");
        if (back_up(data_, file_).exit_code != 0) throw std::runtime_error("no backup");
    }

    std::size_t seats_free_in(const fs::path& folder) const {
        const Server server{folder};
        const auto count =
            server.client().get("/api/v1/events/" + hall_.event + "/seats/available/count");
        return static_cast<std::size_t>(count.value().json().at("count").as_int64());
    }

    TempFolder folder_;
    fs::path data_ = folder_.path() / "data";
    fs::path file_ = folder_.path() / "backup.db";
    fs::path new_ = folder_.path() / "new";
    Hall hall_;
};

TEST_F(BackedUp, is_the_same_journal_row_by_row_in_one_file) {
    const auto as_folder = folder_.path() / "copy";
    fs::create_directory(as_folder);
    fs::copy(file_, as_folder / "journal.db");
    const auto original = JournalFile{data_}.rows();
    const auto copied = JournalFile{as_folder}.rows();
    ASSERT_EQ(copied.size(), original.size());
    for (std::size_t i = 0; i < copied.size(); ++i) {
        EXPECT_EQ(copied[i].facts, original[i].facts);
        EXPECT_EQ(copied[i].hash, original[i].hash);
    }
    EXPECT_EQ(names_in(folder_.path()), (std::set<std::string>{"backup.db", "copy", "data"}));
    EXPECT_EQ(fs::status(file_).permissions() & fs::perms::others_all, fs::perms::none);
}

TEST_F(BackedUp, is_never_overwritten) {
    const auto before = fs::last_write_time(file_);
    expect_failed(back_up(data_, file_), file_.string() + " is there already");
    EXPECT_EQ(fs::last_write_time(file_), before);
    expect_failed(back_up(data_, folder_.path()), "is there already");
}

TEST_F(BackedUp, says_what_is_wrong_and_leaves_nothing) {
    const auto other = folder_.path() / "other.db";
    expect_failed(back_up(folder_.path(), other), "no journal in " + folder_.path().string());
    expect_failed(back_up(data_, folder_.path() / "no" / "such.db"), "no/such.db");
    auto row = JournalFile{data_}.rows().back();
    row.facts.replace(row.facts.find("price"), 5, "PRICE");
    JournalFile{data_}.put(row);
    expect_failed(back_up(data_, other), "damaged at batch " + std::to_string(row.batch));
    JournalFile{data_}.remove(row.batch);
    expect_failed(
        back_up(data_, other), "batch " + std::to_string(row.batch) + " was acknowledged"
    );
    EXPECT_EQ(names_in(folder_.path()), (std::set<std::string>{"backup.db", "data"}));
}

TEST_F(BackedUp, is_of_the_database_where_one_is_named) {
    for (const auto& [arguments, environment] :
         std::vector<std::pair<std::vector<std::string>, std::vector<std::string>>>{
             {{"backup", "--to", new_, "--store", "postgres://localhost:1/x"}, {}},
             {{"backup", "--to", new_}, {"DATABASE_URL=postgres://localhost:1/x"}},
             {{"restore", "--from", file_, "--store", "postgres://localhost:1/x"}, {}},
             {{"restore", "--from", file_}, {"DATABASE_URL=postgres://localhost:1/x"}},
         }) {
        const auto finished = run_program(arguments, environment);
        EXPECT_EQ(finished.exit_code, 1);
        EXPECT_THAT(finished.err, HasSubstr("the store is PostgreSQL database x at localhost:1"));
        EXPECT_THAT(finished.err, HasSubstr("onnection"));
    }
    EXPECT_FALSE(fs::exists(new_));
}

TEST_F(BackedUp, is_restored_into_a_new_folder_or_an_empty_one) {
    ASSERT_EQ(restore(file_, new_ / "deeper").exit_code, 0);
    EXPECT_EQ(seats_free_in(new_ / "deeper"), 20U);
    const auto fresh = folder_.path() / "fresh file system";
    fs::create_directories(fresh / "lost+found");
    ASSERT_EQ(restore(file_, fresh).exit_code, 0);
    EXPECT_EQ(seats_free_in(fresh), 20U);
    EXPECT_TRUE(fs::exists(fresh / "lost+found"));
}

TEST_F(BackedUp, is_restored_over_what_a_restore_that_was_cut_off_left) {
    fs::create_directory(new_);
    std::ofstream{new_ / "journal.db.new"} << std::string(10'000, 'x');
    std::ofstream{new_ / "lock"}.close();
    std::ofstream{new_ / "journal.head"} << "cut o";
    std::ofstream{new_ / "side.db"} << std::string(10'000, 'x');
    std::ofstream{new_ / "side.db.new"} << "x";
    ASSERT_EQ(restore(file_, new_).exit_code, 0);
    EXPECT_EQ(names_in(new_), (std::set<std::string>{"journal.db", "journal.head", "lock"}));
    EXPECT_EQ(seats_free_in(new_), 20U);
}

TEST_F(BackedUp, is_not_sold_from_where_its_restore_was_cut_off) {
    for (const auto* left : {"journal.db.new", "side.db", "side.db.new"}) {
        const auto folder = folder_.path() / ("with " + std::string{left});
        fs::create_directory(folder);
        std::ofstream{folder / left} << "half";
        std::ofstream{folder / "journal.head"} << "cut o";
        expect_failed(
            run_program(serve_arguments(folder, {"--dev"})),
            std::string{left} + " is: a restore was interrupted here; run it again"
        );
        EXPECT_EQ(fs::file_size(folder / left), 4U);
        std::ofstream{folder / "journal.db.new"} << "half";
        EXPECT_EQ(restore(file_, folder).exit_code, 0);
        EXPECT_EQ(seats_free_in(folder), 20U);
    }
}

TEST_F(BackedUp, is_not_restored_over_anything) {
    expect_failed(restore(file_, data_), "isn't empty");
    EXPECT_EQ(seats_free_in(data_), 20U);
    fs::create_directory(new_);
    std::ofstream{new_ / "notes.txt"} << "mine";
    expect_failed(restore(file_, new_), "notes.txt is in it");
    EXPECT_EQ(names_in(new_), (std::set<std::string>{"notes.txt"}));
    fs::remove(new_ / "notes.txt");
    // Left over in a folder whose journal was removed.
    std::ofstream{new_ / "side.db"} << "mine";
    expect_failed(restore(file_, new_), "side.db is in it");
    expect_failed(restore(file_, file_), file_.string());
}

TEST_F(BackedUp, is_not_restored_unless_its_chain_is_whole) {
    const auto damaged = folder_.path() / "damaged";
    fs::create_directory(damaged);
    fs::copy(file_, damaged / "journal.db");
    auto row = JournalFile{damaged}.rows().back();
    row.facts.replace(row.facts.find("price"), 5, "PRICE");
    JournalFile{damaged}.put(row);
    expect_failed(
        restore(damaged / "journal.db", new_), "damaged at batch " + std::to_string(row.batch)
    );
    EXPECT_FALSE(fs::exists(new_ / "journal.db"));
    EXPECT_FALSE(fs::exists(new_ / "journal.db.new"));
    // The failed restore leaves nothing that stops the next one.
    EXPECT_EQ(restore(file_, new_).exit_code, 0);
}

TEST_F(BackedUp, is_told_from_what_is_no_backup) {
    const auto expect_refused = [&](const std::string& name, const std::string& why) {
        const auto file = folder_.path() / name;
        expect_failed(restore(file, new_), file.string() + " can't be restored: " + why);
    };
    const auto make = [&](const std::string& name) {
        return std::ofstream{folder_.path() / name, std::ios::binary};
    };
    for (const auto* name : {"nowhere", "data"}) {
        const auto file = folder_.path() / name;
        const auto finished = restore(file, new_);
        EXPECT_EQ(finished.exit_code, 2);
        EXPECT_THAT(finished.err, HasSubstr(file.string()));
    }
    make("empty").close();
    expect_refused("empty", "it is empty");
    make("text") << std::string(10'000, 'x');
    expect_refused("text", "SQLite: file is not a database");
    constexpr auto kNotWhole = "; it isn't a whole Frontrow backup";
    expect_failed(restore(folder_.path() / "text", new_), kNotWhole);
    Sqlite{folder_.path() / "other"}.execute("CREATE TABLE notes (note TEXT)");
    expect_refused("other", "the journal has format 0 and this frontrow reads formats 1 to 2");
    expect_failed(restore(folder_.path() / "other", new_), kNotWhole);
    EXPECT_FALSE(fs::exists(new_));
}

TEST_F(BackedUp, has_a_head_once_it_is_restored_that_tells_when_its_tail_is_lost) {
    ASSERT_EQ(restore(file_, new_).exit_code, 0);
    const auto newest = JournalFile{new_}.rows().back().batch;
    JournalFile{new_}.remove(newest);
    const auto finished = verify(new_);
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(finished.err, HasSubstr("batch " + std::to_string(newest) + " was acknowledged"));
}

/// A backup with a missing part.
class DamagedBackup : public BackedUp {
protected:
    DamagedBackup() {
        std::ifstream file{file_, std::ios::binary};
        bytes_.assign(std::istreambuf_iterator<char>{file}, {});
    }

    /// The backup is refused, even if a missing end mark is accepted, and the restore leaves no
    /// files.
    void expect_refused(const fs::path& file, const std::string& why) const {
        for (const bool accept_unsealed : {false, true}) {
            expect_failed(
                restore(file, new_, accept_unsealed), file.string() + " can't be restored: "
            );
            expect_failed(restore(file, new_, accept_unsealed), why);
            expect_failed(restore(file, new_, accept_unsealed), "isn't a whole Frontrow backup");
            EXPECT_FALSE(fs::exists(new_ / "journal.db"));
        }
    }
    fs::path file_of(const std::string& bytes) const {
        const auto file = folder_.path() / "damaged.db";
        std::ofstream{file, std::ios::binary} << bytes;
        return file;
    }

    std::string bytes_;
};

TEST_F(DamagedBackup, is_refused_when_it_was_cut_off) {
    for (const auto length : {100uz, 4'096uz, 6'000uz, bytes_.size() / 2, bytes_.size() - 1'000})
        expect_refused(file_of(bytes_.substr(0, length)), "");
}

TEST_F(DamagedBackup, is_refused_when_its_rest_is_zeros) {
    for (const auto length : {100uz, 4'096uz, 6'000uz, bytes_.size() / 2}) {
        auto bytes = bytes_.substr(0, length);
        bytes.resize(bytes_.size());
        expect_refused(file_of(bytes), "");
    }
}

TEST_F(DamagedBackup, is_refused_with_the_batches_and_facts_that_are_missing) {
    const auto as_folder = folder_.path() / "edited";
    fs::create_directory(as_folder);
    fs::copy(file_, as_folder / "journal.db");
    JournalFile journal{as_folder};
    const auto rows = journal.rows();
    ASSERT_EQ(rows.size(), 2U);
    const auto expect_missing = [&](std::size_t from) {
        expect_refused(
            as_folder / "journal.db",
            "batches " + std::to_string(rows[from].batch) + " to " +
                std::to_string(rows.back().batch) + " (facts " +
                std::to_string(rows[from].first_seq) + " to " +
                std::to_string(rows.back().last_seq) + ") are missing or damaged: it was cut off"
        );
    };
    journal.remove(2);
    expect_missing(1);
    journal.remove(1);
    expect_missing(0);
}

TEST_F(DamagedBackup, is_refused_when_its_mark_is_of_other_facts) {
    for (const auto* sql :
         {"UPDATE end_mark SET lines_sha256 = zeroblob(32)",
          "UPDATE end_mark SET batches = 1, last_seq = 1",
          "UPDATE end_mark SET last_seq = last_seq + 1"}) {
        const auto file = file_of(bytes_);
        Sqlite{file}.execute(sql);
        expect_refused(file, "match its end mark");
    }
    for (const auto* sql :
         {"DELETE FROM end_mark",
          "UPDATE end_mark SET lines_sha256 = x''",
          "INSERT INTO end_mark SELECT * FROM end_mark",
          "UPDATE end_mark SET side_sha256 = x''",
          "ALTER TABLE end_mark RENAME COLUMN side_records TO other_records",
          "ALTER TABLE end_mark RENAME TO another"}) {
        const auto file = file_of(bytes_);
        Sqlite{file}.execute(sql);
        expect_refused(file, "its end mark can't be read");
    }
}

TEST_F(DamagedBackup, is_refused_when_its_mark_is_of_other_side_records) {
    for (const auto* sql :
         {"UPDATE end_mark SET side_records = 1",
          "UPDATE end_mark SET side_version = 1",
          "UPDATE end_mark SET side_sha256 = zeroblob(32)",
          "INSERT INTO side_records VALUES ('personal/alice', x'00', 1)"}) {
        const auto file = file_of(bytes_);
        Sqlite{file}.execute(sql);
        expect_refused(file, "its side records don't match its end mark");
    }
    const auto file = file_of(bytes_);
    Sqlite{file}.execute("DROP TABLE side_records");
    expect_refused(file, "its end mark can't be read");
}

TEST_F(BackedUp, by_a_program_that_knew_no_side_records_is_whole_without_them) {
    Sqlite{file_}.execute(
        "DROP TABLE side_records; ALTER TABLE end_mark DROP COLUMN side_records;"
        "ALTER TABLE end_mark DROP COLUMN side_version; ALTER TABLE end_mark DROP COLUMN "
        "side_sha256"
    );
    ASSERT_EQ(restore(file_, new_).exit_code, 0);
    EXPECT_EQ(names_in(new_), (std::set<std::string>{"journal.db", "journal.head", "lock"}));
    EXPECT_EQ(seats_free_in(new_), 20U);
}

TEST_F(BackedUp, by_a_program_that_made_no_mark_is_taken_only_by_who_says_so) {
    Sqlite{file_}.execute("DROP TABLE end_mark; DROP TABLE side_records");
    expect_failed(restore(file_, new_), "it has no end mark");
    expect_failed(restore(file_, new_), "--accept-unsealed");
    EXPECT_FALSE(fs::exists(new_));
    const auto restored = restore(file_, new_, true);
    EXPECT_EQ(restored.exit_code, 0);
    EXPECT_THAT(restored.err, HasSubstr("nothing proves that no batch is missing after batch 2"));
    EXPECT_EQ(verify(new_).exit_code, 0);
    EXPECT_EQ(seats_free_in(new_), 20U);
}

TEST_F(BackedUp, goes_on_without_its_mark_once_it_is_restored) {
    ASSERT_EQ(restore(file_, new_).exit_code, 0);
    {
        Server server{new_};
        auto client = server.client();
        make_hall(client, 5);
        EXPECT_EQ(server.stop(), 0);
    }
    EXPECT_EQ(verify(new_).exit_code, 0);
    expect_failed(restore(new_ / "journal.db", folder_.path() / "other"), "it has no end mark");
}

TEST_F(BackedUp, is_not_sold_from_before_it_is_restored) {
    fs::create_directory(new_);
    fs::copy(file_, new_ / "journal.db");
    for (const auto& finished : {run_program(serve_arguments(new_, {"--dev"})), verify(new_)})
        expect_failed(finished, "a backup lies in the journal's place; `frontrow restore`");
}

TEST(Backup, is_not_made_by_copying_the_file_of_a_server_that_runs) {
    const TempFolder folder;
    Server server{folder.path() / "data"};
    auto client = server.client();
    make_hall(client, 20);
    const auto copy = folder.path() / "copy";
    fs::create_directory(copy);
    fs::copy(folder.path() / "data" / "journal.db", copy / "journal.db");
    expect_failed(restore(copy / "journal.db", folder.path() / "new"), "it has no end mark");
    expect_failed(verify(copy), "journal.head is missing");
    expect_failed(back_up(copy, folder.path() / "backup.db"), "journal.head is missing");
    EXPECT_EQ(names_in(folder.path()), (std::set<std::string>{"copy", "data"}));
}

}  // namespace
}  // namespace frontrow::test
