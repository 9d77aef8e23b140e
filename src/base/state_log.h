#pragma once

#include "base/bits128.h"
#include "base/digest.h"
#include "base/undo_steps.h"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow {

class StatePart;

/// The object that all parts of one state share. It can roll back all changes since open(), which
/// opens a savepoint, and it keeps the digest of the contents of all parts.
///
/// **To build a state from parts.** Declare a StateLog first. Then declare as many of these as
/// needed, each constructed with the log:
///   * StateTable: numbered rows that never move;
///   * StateVector: one growing array of small values, alone or as a field of a table's row;
///   * StateIndex: finds rows by a key that the rows themselves hold;
///   * StateMap: a small ordered map;
///   * StateHeap: entries that come due, lowest first;
///   * StateValue: a counter or another single value.
/// If parts are changed only through their functions, a new feature needs no code for roll-back and
/// digest. Use a reference returned by change() only in the statements that follow: a write through
/// it after open() or digest() is not recorded.
///
/// **Cost.** If no savepoint is open and no digest is kept, a change costs one branch that always
/// goes the same way. Inside a savepoint a change notes the old value, in constant time. A
/// StateValue is noted once per savepoint. A table's change(number) notes the whole row; for large
/// rows, change(number, &Row::field) notes only the field. An append notes only the old length. A
/// replaced or cleared value moves into the note. A table notes its end once per savepoint: a
/// roll-back drops all rows added later, so changes to those need no notes.
///
/// **The digest** covers contents, not layout: it is the sum of the hashes (base/digest.h) of rows,
/// values and elements, each salted with its part's name. Empty parts, and values and elements that
/// are zero, add nothing. For each call of digest(), a row that has changed is hashed twice,
/// however often it changed; so call digest() once per batch. A part is `Digested::no` if it is
/// derived from other parts (as all indexes, maps and heaps are) or depends on one node's clock.
/// Row numbers may be part of the digested contents as long as all copies add rows in journal order
/// and snapshots keep the numbers. A row is always hashed whole: keep fields that change often
/// (counts) out of rows with long texts, in another table with the same numbers. digest_anew()
/// shows a flipped bit or a write past a part's end at once; digest() shows it when the damaged row
/// changes next.
///
/// **Inside a savepoint nothing is forgotten**: no row is erased and no entry leaves a heap. Rows
/// are erased outside savepoints, through forget(). The times in the facts decide when a row is due
/// to be erased, never a node's clock. Forgetting leaves the digest unchanged: the log keeps the
/// sum of the forgotten rows' hashes, and a snapshot must keep that sum too. So copies may forget
/// at different times, as long as no digested row refers to another row by a number that may be
/// assigned again. Undo steps run in strictly reverse order. So a part inside a row is restored
/// before the row is dropped, and references to an added value are removed before the value is. The
/// numbers of the dropped rows are assigned again.
///
/// One thread. Neither the log nor its parts can be moved: if the state must be movable, hold it by
/// pointer.
class StateLog {
public:
    enum class Digests : bool { off, on };

    explicit StateLog(Digests digests)
        : keeps_digest_{digests == Digests::on}, watches_{keeps_digest_} {}
    StateLog(const StateLog&) = delete;
    StateLog& operator=(const StateLog&) = delete;
    ~StateLog();

    /// Opens a savepoint; from now on every change is noted. No savepoint may be open.
    void open();
    /// Closes the savepoint and keeps all changes.
    void commit();
    /// Undoes all changes since open(), and CHECKs that the digest is the same as at open(). To
    /// make this a real test, the rows that changed are hashed again.
    void roll_back();

    bool is_open() const { return is_open_; }
    bool keeps_digest() const { return keeps_digest_; }
    /// True if changes must be recorded, because a savepoint is open or a digest is kept.
    bool watches() const { return watches_; }

    /// Calls `erase`, which may erase rows, and leaves the digest as it was.
    template <class Erase>
    void forget(Erase erase) {
        const auto before = digest();
        erase();
        keep_forgotten(difference_of(before, digest()));
    }
    /// The sum of the forgotten rows' hashes. A snapshot saves it and restores it into an empty
    /// state.
    Bits128 forgotten() const { return forgotten_; }
    void keep_forgotten(Bits128 sum) {
        forgotten_ = sum_of(forgotten_, sum);
        sum_ = sum_of(sum_, sum);
    }

    /// The digest of the current state, also inside a savepoint. Zero if no digest is kept.
    Bits128 digest();
    /// Computes the digest from scratch by reading everything, even if no digest is kept.
    Bits128 digest_anew() const;
    /// Returns the name and digest of each part whose digest isn't zero, in no particular order.
    /// Shows which part has diverged.
    std::vector<std::pair<std::string_view, Bits128>> digests_by_part();

    /// For parts, while a savepoint is open: records how to undo a change. Undo steps run as if no
    /// savepoint were open. The call is inlined and then costs a few stores.
    template <class Undo>
    [[gnu::always_inline]] void note(Undo&& undo) {
        steps_.push(std::forward<Undo>(undo));
    }

private:
    friend class StatePart;

    void close(bool commits);

    bool keeps_digest_;
    bool is_open_ = false;
    bool watches_;
    /// The number of savepoints opened so far.
    std::uint64_t savepoints_ = 0;
    UndoSteps steps_;
    Bits128 sum_;
    Bits128 sum_at_open_;
    /// The sum of the forgotten rows' hashes, which `sum_` includes.
    Bits128 forgotten_;
    /// Head of the linked list of all parts.
    StatePart* parts_ = nullptr;
    /// Parts with changes that the sum doesn't include yet.
    std::vector<StatePart*> unsettled_;
    /// Parts to notify when the savepoint ends.
    std::vector<StatePart*> closing_;
};

/// Tells whether a part's contents belong to the digest of the state.
enum class Digested : bool { no, yes };

/// The base class of all parts. `name` distinguishes parts in the digest; it must not change
/// between versions, and must outlive the part. `owner` is the number or id of the row that
/// contains the part. It distinguishes the part from the same part of other rows.
class StatePart {
public:
    StatePart(const StatePart&) = delete;
    StatePart& operator=(const StatePart&) = delete;

protected:
    StatePart(StateLog& log, std::string_view name, Bits128 owner = {});
    ~StatePart();

    StateLog& log() const { return log_; }
    Bits128 salt() const { return salt_; }
    Bits128 sum() const { return sum_; }

    template <Digested digested>
    bool is_watched() const {
        return digested == Digested::yes ? log_.watches() : log_.is_open();
    }

    void add_to_digest(Bits128 hash) {
        sum_ = sum_of(sum_, hash);
        log_.sum_ = sum_of(log_.sum_, hash);
    }
    void take_from_digest(Bits128 hash) {
        sum_ = difference_of(sum_, hash);
        log_.sum_ = difference_of(log_.sum_, hash);
    }
    /// Makes the log call settle() before it computes the digest.
    void settle_later() {
        if (is_unsettled_) return;
        is_unsettled_ = true;
        log_.unsettled_.push_back(this);
    }
    /// True at the first call in each savepoint.
    bool is_first_note() {
        if (!log_.is_open() || noted_in_ == log_.savepoints_) return false;
        noted_in_ = log_.savepoints_;
        return true;
    }
    /// Makes the log call savepoint_closed() when the savepoint ends. Call it once per savepoint.
    void hear_close() { log_.closing_.push_back(this); }

private:
    friend class StateLog;

    /// Brings the part's sum up to date with its contents.
    virtual void settle() {}
    virtual void savepoint_closed(bool /*commits*/) {}
    virtual Bits128 digest_anew() const { return {}; }

    StateLog& log_;
    std::string_view name_;
    Bits128 salt_;
    Bits128 sum_;
    bool is_unsettled_ = false;
    /// The number of the savepoint in which the part last noted something.
    std::uint64_t noted_in_ = 0;
    StatePart* next_;
    StatePart* before_ = nullptr;
};

}  // namespace frontrow
