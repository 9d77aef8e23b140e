#include "base/index_table.h"

#include "support/seed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

namespace frontrow::test {

/// A key with so few different hashes that most rows collide.
struct Clashing {
    std::uint64_t number = 0;
    friend bool operator==(const Clashing&, const Clashing&) = default;
};

}  // namespace frontrow::test

template <>
struct std::hash<frontrow::test::Clashing> {
    std::size_t operator()(const frontrow::test::Clashing& key) const noexcept {
        return key.number % 5;
    }
};

namespace frontrow::test {
namespace {

/// The rows, the table that finds them, and a map with the expected content.
template <class Key>
class Rows {
public:
    void insert(Key key) {
        const auto index = static_cast<std::uint32_t>(keys_.size());
        keys_.push_back(key);
        expected_[key] = index;
        table_.insert(key, index);
    }
    void erase(Key key) {
        table_.erase(key, expected_.at(key));
        expected_.erase(key);
    }
    std::uint32_t find(Key key) const {
        return table_.find(key, [&](std::uint32_t index) { return keys_[index] == key; });
    }
    std::uint32_t expected(Key key) const {
        const auto found = expected_.find(key);
        return found == expected_.end() ? IndexTable::kNone : found->second;
    }
    bool has(Key key) const { return expected_.contains(key); }
    void expect_all(std::uint64_t numbers) const {
        for (std::uint64_t number = 0; number < numbers; ++number)
            ASSERT_EQ(find(Key{number}), expected(Key{number})) << number;
    }
    void reserve(std::size_t count) { table_.reserve(count); }

private:
    struct Less {
        bool operator()(const Key& a, const Key& b) const { return number(a) < number(b); }
        static std::uint64_t number(std::uint64_t key) { return key; }
        static std::uint64_t number(const Clashing& key) { return key.number; }
    };
    std::vector<Key> keys_;
    IndexTable table_;
    std::map<Key, std::uint32_t, Less> expected_;
};

template <class Key>
void expect_agreement(std::uint64_t numbers, int steps) {
    std::mt19937_64 random{seed_of_this_run()};
    Rows<Key> rows;
    for (int step = 0; step < steps; ++step) {
        const Key key{random() % numbers};
        ASSERT_EQ(rows.find(key), rows.expected(key)) << step;
        if (rows.has(key))
            rows.erase(key);
        else
            rows.insert(key);
        ASSERT_EQ(rows.find(key), rows.expected(key)) << step;
    }
    rows.expect_all(numbers);
}

TEST(IndexTable, finds_what_was_put_in_and_not_taken_out) {
    expect_agreement<std::uint64_t>(40, 20'000);
    expect_agreement<std::uint64_t>(3'000, 30'000);
}

TEST(IndexTable, tells_rows_with_the_same_hash_apart) {
    expect_agreement<Clashing>(60, 20'000);
}

TEST(IndexTable, still_finds_all_when_it_has_become_many_parts_and_is_emptied_again) {
    constexpr std::uint64_t kMany = 100'000;
    Rows<std::uint64_t> rows;
    for (std::uint64_t key = 0; key < kMany; ++key)
        rows.insert(key);
    rows.expect_all(kMany + 1'000);
    for (std::uint64_t key = 0; key < kMany; key += 2)
        rows.erase(key);
    rows.expect_all(kMany);
    for (std::uint64_t key = 1; key < kMany; key += 2)
        rows.erase(key);
    rows.expect_all(kMany);
}

TEST(IndexTable, keeps_what_it_has_when_room_is_made) {
    Rows<std::uint64_t> rows;
    for (std::uint64_t key = 0; key < 100; ++key)
        rows.insert(key);
    rows.reserve(10);
    rows.expect_all(200);
    rows.reserve(1'000'000);
    rows.expect_all(200);
    for (std::uint64_t key = 100; key < 10'000; ++key)
        rows.insert(key);
    rows.expect_all(11'000);
}

TEST(IndexTable, says_so_when_it_is_told_to_forget_what_it_does_not_have) {
    IndexTable table;
    table.insert(std::uint64_t{1}, 7);
    EXPECT_DEATH(table.erase(std::uint64_t{1}, 8), "a relation that must hold");
    EXPECT_DEATH(table.erase(std::uint64_t{2}, 7), "a relation that must hold");
}

}  // namespace
}  // namespace frontrow::test
