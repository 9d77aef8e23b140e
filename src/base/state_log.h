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

/// What the parts of one state share: the savepoint, by which all changes since it was opened can
/// be taken back, and the digest of all that the parts hold.
///
/// **To make a state of parts.** Declare a StateLog first and then, each constructed with it, as
/// many as needed of
///   * StateTable: rows under numbers, which never move;
///   * StateVector: one growing array of small values, alone or as a field of a table's row;
///   * StateIndex: finds rows by a key that they hold themselves;
///   * StateMap: small and ordered;
///   * StateHeap: what comes due, soonest first;
///   * StateValue: a counter or another single value.
/// Change them only through their functions: then a new feature can be taken back, and is in the
/// digest, for nothing. A reference that change() gave is for the next statements: a write through
/// one that was kept past open() or digest() is missed.
///
/// **Where nothing is open and no digest is kept** a change costs one branch that is always the
/// same. With an open savepoint it notes the old value, in constant time: of a value once in each
/// savepoint, of a row as a whole where it is small, the field alone where it isn't
/// (change(number, &Row::field)), the length where something is appended, and what is replaced or
/// cleared moves into the note. Of a table it notes once where it ended: rows that come later go
/// whole, so that nothing is noted of them.
///
/// **The digest** is of what things are, not of where they lie: a sum of hashes (base/digest.h) of
/// rows, values and elements, each salted with its part's name. An empty part adds nothing, nor
/// does a value or an element that is zero. Rows are hashed when the digest is asked for, each that
/// changed twice, however often it changed: so ask once a batch. What only follows from other parts
/// (indexes, maps, heaps always) or moves with the clock of one node is `Digested::no`. Numbers of
/// rows are as good as contents as long as all copies make rows in the order of the journal, and
/// snapshots keep the numbers. A row is hashed whole: keep what changes all the time (counts) out
/// of rows with long texts, in another table under the same numbers. A flipped bit, or a write past
/// a part, shows in digest() when the row changes next, and in digest_anew() at once.
///
/// **Inside a savepoint nothing is forgotten**: no row is erased and nothing leaves a heap. That is
/// done at a boundary, by forget(), by the time of the facts and never by a node's clock. The
/// digest stays as it was: what it had of a row that was forgotten it keeps as a sum of all of
/// those, which a snapshot must keep, too. So copies may forget at different times, as long as no
/// row in the digest names by its number one that comes back under another. Undo runs in strict
/// reverse order: a number that was taken back is given again, a field of a row is restored before
/// the row goes, and what points into a block of seats goes before the block.
///
/// One thread. Neither it nor its parts can be moved: hold the state by pointer where that matters.
class StateLog {
public:
    enum class Digests : bool { off, on };

    explicit StateLog(Digests digests)
        : keeps_digest_{digests == Digests::on}, watches_{keeps_digest_} {}
    StateLog(const StateLog&) = delete;
    StateLog& operator=(const StateLog&) = delete;
    ~StateLog();

    /// From here on everything is noted. None is open yet.
    void open();
    /// Lets all that was changed stand.
    void commit();
    /// Takes back all that was changed since open(), and CHECKs that the digest is as it was then:
    /// rows are hashed anew for that, the sum isn't just put back.
    void roll_back();

    bool is_open() const { return is_open_; }
    bool keeps_digest() const { return keeps_digest_; }
    /// Either: whether a change has more to do than to change.
    bool watches() const { return watches_; }

    /// Has `erase` erase rows, and does nothing else to the digest than to keep what it was.
    template <class Erase>
    void forget(Erase erase) {
        const auto before = digest();
        erase();
        keep_forgotten(difference_of(before, digest()));
    }
    /// Of the rows that were forgotten: for a snapshot, which is read into an empty state.
    Bits128 forgotten() const { return forgotten_; }
    void keep_forgotten(Bits128 sum) {
        forgotten_ = sum_of(forgotten_, sum);
        sum_ = sum_of(sum_, sum);
    }

    /// Of the state as it is now, also inside a savepoint. Zero where none is kept.
    Bits128 digest();
    /// The same by reading everything, whether or not one is kept.
    Bits128 digest_anew() const;
    /// For each part that isn't zero, with its name, in no order: for finding what diverged.
    std::vector<std::pair<std::string_view, Bits128>> digests_by_part();

    /// For parts: how to take back what they are about to change, while a savepoint is open.
    /// Undo steps change parts as if no savepoint were open. Inlined, a note is a few stores.
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
    /// How many were opened so far.
    std::uint64_t savepoints_ = 0;
    UndoSteps steps_;
    Bits128 sum_;
    Bits128 sum_at_open_;
    /// What the sum has of rows that aren't there any more.
    Bits128 forgotten_;
    /// All that there are, linked.
    StatePart* parts_ = nullptr;
    /// Those with changes that the sum doesn't have yet.
    std::vector<StatePart*> unsettled_;
    /// Those that asked to hear how the savepoint ends.
    std::vector<StatePart*> closing_;
};

/// Whether what a part holds belongs to the digest of its state.
enum class Digested : bool { no, yes };

/// What the log knows of a part. `name` tells parts apart in the digest, and isn't changed from one
/// version to the next; it outlives the part. A part in a table's row is told apart from those of
/// other rows by `owner`, the number or id of its row.
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
    /// Has settle() called before the digest is told.
    void settle_later() {
        if (is_unsettled_) return;
        is_unsettled_ = true;
        log_.unsettled_.push_back(this);
    }
    /// A savepoint is open, and this wasn't asked of the part in it before.
    bool is_first_note() {
        if (!log_.is_open() || noted_in_ == log_.savepoints_) return false;
        noted_in_ = log_.savepoints_;
        return true;
    }
    /// Has savepoint_closed() called at the end of the savepoint. Once in each.
    void hear_close() { log_.closing_.push_back(this); }

private:
    friend class StateLog;

    /// Brings the sum up to what the part holds.
    virtual void settle() {}
    virtual void savepoint_closed(bool /*commits*/) {}
    virtual Bits128 digest_anew() const { return {}; }

    StateLog& log_;
    std::string_view name_;
    Bits128 salt_;
    Bits128 sum_;
    bool is_unsettled_ = false;
    /// The savepoint in which something of it was noted last.
    std::uint64_t noted_in_ = 0;
    StatePart* next_;
    StatePart* before_ = nullptr;
};

}  // namespace frontrow
