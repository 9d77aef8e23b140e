#pragma once

#include "base/check.h"
#include "base/digest.h"
#include "base/state_log.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace frontrow {

/// Rows numbered 0, 1, 2 and so on, in the order in which they are added. A row never moves. A
/// number is assigned again only if its row was rolled back. Rows are stored in pages of two to
/// four kilobytes. So the table never copies a million rows to grow while requests wait, and it
/// frees a page when its last row is erased.
///
/// Rows in the digest have digest_fields() (base/digest.h) or are numbers. A row may have
/// StateVector and StateIndex fields, which note and hash their own changes. Such a row can't be
/// copied, so it must be changed field by field.
template <class Row, Digested digested = Digested::yes>
class StateTable final : StatePart {
public:
    using Number = std::uint32_t;

    StateTable(StateLog& log, std::string_view name) : StatePart{log, name} {}
    ~StateTable() {
        // Destroys the parts inside rows before the table itself, newest first.
        while (end_ > 0)
            if (has(--end_)) std::destroy_at(place(end_));
    }

    const Row& operator[](Number number) const { return *place(number); }
    /// True if the row was added, and neither erased nor rolled back.
    bool has(Number number) const {
        // If the page was dropped, the difference wraps around to a number past the last page.
        const auto page = number / kRows - pages_gone_;
        return page < pages_.size() && (pages_[page].live & bit(number)) != 0;
    }
    /// One more than the highest number assigned so far.
    Number end() const { return end_; }
    std::size_t size() const { return size_; }
    /// The lowest number that has a row, or end().
    Number first() const { return first_; }

    /// Calls `take` with each number and its row, in the order of numbers.
    template <class Take>
    void visit(Take take) const {
        for (auto number = first_; number < end_; ++number)
            if (has(number)) take(number, *place(number));
    }
    /// Like visit(), for callers that read other memory for each row. `fetch` is called with each
    /// row some steps before `take`, so that it can prefetch that memory.
    template <class Fetch, class Take>
    void visit(Fetch fetch, Take take) const {
        constexpr Number kSoon = 16;
        visit([&](Number number, const Row& row) {
            if (end_ - number > kSoon && has(number + kSoon)) fetch(*place(number + kSoon));
            take(number, row);
        });
    }

    /// Prefetches the memory of a row.
    void prefetch(Number number) const { __builtin_prefetch(place(number)); }

    /// Adds Row(args…) and returns its number.
    template <class... Args>
    Number add(Args&&... args) {
        if (is_watched<digested>()) [[unlikely]] {
            if (log().is_open()) note_end();
            if (hashes()) settle_later();
        }
        const auto number = end_;
        CHECK(number != std::numeric_limits<Number>::max());
        if (number / kRows - pages_gone_ == pages_.size()) pages_.emplace_back();
        auto& page = page_of(number);
        if (page.rows == nullptr) page.rows = std::make_unique_for_overwrite<Rows>();
        ::new (page.rows->bytes + sizeof(Row) * (number % kRows)) Row(std::forward<Args>(args)...);
        page.live |= bit(number);
        ++end_;
        ++size_;
        return number;
    }

    /// Returns the row for the caller to change at once. Notes the whole row.
    Row& change(Number number) {
        auto& row = *place(number);
        if (is_watched<digested>()) [[unlikely]] {
            touch(number);
            if (is_old(number))
                log().note([this, number, old = row]() mutable {
                    touch(number);
                    *place(number) = std::move(old);
                });
        }
        return row;
    }

    /// Returns one field of a row for the caller to change at once. Notes only the field.
    template <class Field, class Of>
    Field& change(Number number, Field Of::* field) {
        auto& present = place(number)->*field;
        if (is_watched<digested>()) [[unlikely]] {
            touch(number);
            if (is_old(number))
                log().note([this, number, field, old = present]() mutable {
                    touch(number);
                    place(number)->*field = std::move(old);
                });
        }
        return present;
    }

    /// Returns one element of a list field for the caller to change at once. Notes only the
    /// element.
    template <class List, class Of>
    auto& change(Number number, List Of::* field, std::size_t index) {
        auto& present = (place(number)->*field)[index];
        if (is_watched<digested>()) [[unlikely]] {
            touch(number);
            if (is_old(number))
                log().note([this, number, field, index, old = present]() mutable {
                    touch(number);
                    (place(number)->*field)[index] = std::move(old);
                });
        }
        return present;
    }

    /// Replaces a field's value. Nothing is copied: the old value moves into the note.
    template <class Field, class Of>
    void replace(Number number, Field Of::* field, std::type_identity_t<Field> value) {
        if (is_watched<digested>()) [[unlikely]]
            touch(number);
        auto& present = place(number)->*field;
        std::swap(present, value);
        if (is_old(number)) [[unlikely]]
            log().note([this, number, field, old = std::move(value)]() mutable {
                touch(number);
                place(number)->*field = std::move(old);
            });
    }

    /// Appends to a list field. Notes only that the list grew.
    template <class List, class Of, class Item>
    void append(Number number, List Of::* field, Item&& item) {
        if (is_watched<digested>()) [[unlikely]] {
            touch(number);
            if (is_old(number))
                log().note([this, number, field] {
                    touch(number);
                    (place(number)->*field).pop_back();
                });
        }
        (place(number)->*field).push_back(std::forward<Item>(item));
    }

    /// Gives access to the StateVectors and StateIndexes inside a row. The row's other fields must
    /// not be changed through it.
    Row& parts_of(Number number) { return *place(number); }

    /// Erases the row for good. No savepoint may be open.
    void erase(Number number) {
        CHECK(!log().is_open() && has(number));
        remove(number);
        auto& page = page_of(number);
        if (page.live == 0 && (number / kRows + 1) * kRows <= end_) page.rows.reset();
        while (first_ < end_ && !has(first_))
            ++first_;
        drop_pages();
    }

    /// Gives the next row this number. For reading a snapshot in which earlier rows are missing.
    void skip_to(Number number) {
        CHECK(!log().is_open() && number >= end_);
        if (size_ == 0) {
            pages_.clear();
            pages_gone_ = number / kRows;
            first_ = number;
        }
        end_ = number;
        pages_.resize((end_ + kRows - 1) / kRows - pages_gone_);
    }

private:
    static constexpr Number kRows =
        static_cast<Number>(std::clamp<std::size_t>(std::bit_floor(4'096 / sizeof(Row)), 1, 64));

    /// The list of pages isn't shortened before at least this many of its first pages are erased.
    static constexpr Number kPagesKept = 64;

    struct Rows {
        alignas(Row) std::byte bytes[sizeof(Row) * kRows];
    };
    /// `live` and `changed` have one bit for each row.
    struct Page {
        std::unique_ptr<Rows> rows;
        std::uint64_t live = 0;
        /// Rows before settled_end_ that changed since the last digest. They are not in the sum
        /// now.
        std::uint64_t changed = 0;
    };

    Page& page_of(Number number) { return pages_[number / kRows - pages_gone_]; }
    const Page& page_of(Number number) const { return pages_[number / kRows - pages_gone_]; }
    /// Removes the erased pages at the beginning of the list if they are at least half of the list
    /// and at least kPagesKept.
    void drop_pages() {
        const auto gone = first_ / kRows - pages_gone_;
        if (gone < kPagesKept || gone < pages_.size() / 2) return;
        settle_changed();
        pages_.erase(pages_.begin(), pages_.begin() + gone);
        pages_gone_ += gone;
    }

    static std::uint64_t bit(Number number) { return std::uint64_t{1} << number % kRows; }
    Row* place(Number number) const {
        auto* const bytes = page_of(number).rows->bytes + sizeof(Row) * (number % kRows);
        return std::launder(reinterpret_cast<Row*>(bytes));
    }

    bool hashes() const { return digested == Digested::yes && log().keeps_digest(); }
    Bits128 hash(const Row& row) const {
        DigestWriter writer{salt()};
        if constexpr (HasDigestFields<Row>)
            digest_fields(writer, row);
        else if constexpr (digested == Digested::yes)
            writer.field(1, row);
        return writer.finish();
    }

    /// Call before the first change in a savepoint.
    void note_end() {
        if (is_first_note()) note_new_end();
    }
    [[gnu::noinline]] void note_new_end() {
        old_end_ = end_;
        log().note([this] { drop_rows_from(old_end_); });
    }
    /// True if a savepoint is open and the row is older than it. Changes to newer rows need no
    /// notes: the rows are dropped on roll-back.
    bool is_old(Number number) {
        if (!log().is_open()) return false;
        note_end();
        return number < old_end_;
    }

    /// Call before a row changes. Takes the old row out of the sum; settle() adds the new one.
    void touch(Number number) {
        if (!hashes() || number >= settled_end_) return;
        auto& page = page_of(number);
        if ((page.changed & bit(number)) != 0) return;
        take_from_digest(hash(*place(number)));
        if (page.changed == 0) changed_pages_.push_back(number / kRows);
        page.changed |= bit(number);
        settle_later();
    }

    void drop_rows_from(Number end) {
        while (end_ > end)
            remove(--end_);
        first_ = std::min(first_, end_);
        settled_end_ = std::min(settled_end_, end_);
    }
    void remove(Number number) {
        auto& page = page_of(number);
        touch(number);
        std::destroy_at(place(number));
        page.live &= ~bit(number);
        --size_;
    }

    /// Adds the changed rows to the sum.
    void settle_changed() {
        Bits128 sum;
        for (const auto index : changed_pages_) {
            auto& page = page_of(index * kRows);
            for (auto left = page.changed & page.live; left != 0; left &= left - 1) {
                const auto number = index * kRows + static_cast<Number>(std::countr_zero(left));
                sum = sum_of(sum, hash(*place(number)));
            }
            page.changed = 0;
        }
        changed_pages_.clear();
        add_to_digest(sum);
    }

    void settle() override {
        settle_changed();
        Bits128 sum;
        for (; settled_end_ < end_; ++settled_end_)
            if (has(settled_end_)) sum = sum_of(sum, hash(*place(settled_end_)));
        add_to_digest(sum);
    }

    Bits128 digest_anew() const override {
        Bits128 sum;
        if constexpr (digested == Digested::yes)
            visit([&](Number, const Row& row) { sum = sum_of(sum, hash(row)); });
        return sum;
    }

    /// Leaves out the first `pages_gone_` pages, whose rows are all erased.
    std::vector<Page> pages_;
    Number pages_gone_ = 0;
    Number end_ = 0;
    Number first_ = 0;
    std::size_t size_ = 0;
    std::vector<Number> changed_pages_;
    /// Rows from here on are not in the sum yet.
    Number settled_end_ = 0;
    /// Rows from here on were added in the open savepoint.
    Number old_end_ = 0;
};

}  // namespace frontrow
