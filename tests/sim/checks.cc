#include "sim/checks.h"

#include "domain/audit.h"
#include "domain/command_traits.h"
#include "domain/evolve.h"
#include "domain/inventory.h"
#include "store/engine/frame.h"
#include "support/told.h"

#include <algorithm>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace frontrow::sim {
namespace {

class Replay {
public:
    Replay(const std::vector<Batch>& journal, const History& history)
        : journal_{journal}, history_{history} {
        for (const auto& attempt : history.attempts)
            if (attempt.outcome) coming_.push_back(&attempt);
        coming_.sort([](auto* a, auto* b) { return a->seq_before < b->seq_before; });
    }

    Judgement run() {
        read_journal();
        for (const auto& attempt : history_.attempts) {
            if (attempt.is_undone && places_.contains(attempt.trace))
                complain("it was told that nothing was done, and the journal has it", attempt);
        }
        digests_[0] = state_.digest();
        for (const auto& batch : journal_)
            evolve_batch(batch.head);
        try_attempts();
        for (const auto* attempt : open_)
            complain("the journal has nothing that it could rest on", *attempt);
        for (const auto* attempt : coming_)
            complain("it rests on what isn't in the journal", *attempt);
        expect_known(history_.sights, "a state that never was");
        expect_known(history_.feeds, "a feed told what isn't in the journal");
        for (const auto& violation : audit_.violations())
            expect(false, "audit: " + violation.what, violation.seq);
        for (const auto& sum : audit_.takings())
            expect(sum.are_balanced(), "the money isn't what was sold", facts_.size());
        return std::move(judgement_);
    }

private:
    void read_journal() {
        for (std::size_t i = 1; i < journal_.size(); ++i) {
            const auto& head = journal_[i].head;
            const auto& before = journal_[i - 1].head;
            const bool is_chained = head.first_seq == before.last_seq + 1 && head.at >= before.at &&
                                    head.hash == store::cluster::hash_of(journal_[i], before.hash);
            expect(is_chained, "the chain is broken", head.first_seq);
            auto facts = store::engine::read_frame(journal_[i].frame, head.first_seq);
            if (!facts) return expect(false, facts.error().what, head.first_seq);
            for (auto& fact : *facts)
                enter(std::move(fact));
            expect(facts_.size() == head.last_seq, "a batch has other facts", head.first_seq);
        }
    }

    void enter(domain::Fact fact) {
        audit_.observe(fact);
        ++judgement_.facts[fact.body.index()];
        if (const auto* request = domain::request_of(fact.body))
            expect(keys_.insert(request->key).second, "a key was done twice", fact.seq);
        if (fact.trace != TraceId{}) {
            auto& place = places_.try_emplace(fact.trace, fact.seq, fact.seq).first->second;
            expect(fact.seq <= place.second + 1, "a command was done twice", fact.seq);
            place.second = fact.seq;
        }
        facts_.push_back(std::move(fact));
    }

    void evolve_batch(const Head& head) {
        for (auto seq = std::max<std::uint64_t>(head.first_seq, 1); seq <= head.last_seq; ++seq) {
            try_attempts();
            const auto& fact = facts_[seq - 1];
            if (const auto end = end_of(fact.body)) ends_.insert(*end);
            domain::evolve(state_, fact);
        }
        digests_[head.last_seq] = state_.digest();
        expect(
            head.first_seq == 0 || state_.digest() == head.state, "a batch's state", head.first_seq
        );
    }

    /// When what the fact begins runs out, if it does.
    static std::optional<Instant> end_of(const domain::FactBody& body) {
        if (const auto* held = std::get_if<domain::ReservationHeld>(&body)) return held->expires_at;
        if (const auto* extended = std::get_if<domain::ReservationExtended>(&body))
            return extended->expires_at;
        if (const auto* added = std::get_if<domain::AllocationAdded>(&body))
            return added->allocation.until;
        if (const auto* changed = std::get_if<domain::AllocationChanged>(&body))
            return changed->change.until;
        if (const auto* intended = std::get_if<domain::PaymentIntended>(&body))
            return intended->pinned_until;
        return std::nullopt;
    }

    /// Tries the attempts that may have been decided in the current state.
    void try_attempts() {
        const auto seq = state_.last_seq();
        while (!coming_.empty() && coming_.front()->seq_before <= seq)
            open_.splice(open_.end(), coming_, coming_.begin());
        std::erase_if(open_, [&](const Attempt* attempt) {
            if (is_so(*attempt)) return true;
            if (attempt->seq_after > seq) return false;
            complain("it rests on no state that there was meanwhile", *attempt);
            return true;
        });
    }

    bool is_so(const Attempt& attempt) {
        if (const auto place = places_.find(attempt.trace); place != places_.end()) {
            const auto [first, last] = place->second;
            return state_.last_seq() + 1 == first && last <= attempt.seq_after &&
                   comes_to(attempt, {&facts_[first - 1], last - first + 1}, facts_[first - 1].at);
        }
        const auto [low, high] = std::minmax(attempt.at_before, attempt.at_after);
        const auto from = std::max(low - history_.clocks_differ, state_.last_at());
        const auto until = std::max(high + history_.clocks_differ, state_.last_at());
        if (comes_to(attempt, {}, from) || comes_to(attempt, {}, until)) return true;
        return std::any_of(ends_.upper_bound(from), ends_.upper_bound(until), [&](Instant end) {
            return comes_to(attempt, {}, end);
        });
    }

    /// True if the attempt, decided at `at`, gives its outcome and these facts. The facts' order
    /// may differ: if holds end at the same time, the order depends on which lapsed on the node.
    bool comes_to(const Attempt& attempt, std::span<const domain::Fact> facts, Instant at) {
        const auto decision = domain::decide(state_, attempt.command, at);
        return test::same(decision.outcome, *attempt.outcome) &&
               std::ranges::is_permutation(
                   decision.facts,
                   facts,
                   [](const auto& made, const auto& fact) {
                       return made.event == fact.event && made.body == fact.body;
                   }
               );
    }

    void expect_known(const std::vector<History::Sight>& sights, const std::string& otherwise) {
        for (const auto& sight : sights) {
            const auto found = digests_.find(sight.seq);
            expect(found != digests_.end() && found->second == sight.digest, otherwise, sight.seq);
        }
    }
    void expect(bool holds, const std::string& otherwise, std::uint64_t seq) {
        if (!holds) judgement_.complaints.push_back(otherwise + ", seq " + std::to_string(seq));
    }
    void complain(const std::string& what, const Attempt& attempt) {
        judgement_.complaints.push_back(
            what + ": " + test::told(attempt.command) + "; asked at " +
            std::to_string(attempt.seq_before) + ", " + to_rfc3339(attempt.at_before) +
            ", answered at " + std::to_string(attempt.seq_after) + ", " +
            to_rfc3339(attempt.at_after) +
            (attempt.outcome ? ": " + test::told(*attempt.outcome) : "")
        );
    }

    const std::vector<Batch>& journal_;
    const History& history_;
    Judgement judgement_;
    domain::Audit audit_;
    domain::Inventory state_{StateLog::Digests::on};
    std::vector<domain::Fact> facts_;
    std::set<Bits128> keys_;
    /// The first and the last fact of each attempt.
    std::map<TraceId, std::pair<std::uint64_t, std::uint64_t>> places_;
    std::map<std::uint64_t, Bits128> digests_;
    /// The ends of holds and allocations.
    std::set<Instant> ends_;
    std::list<const Attempt*> coming_;
    std::list<const Attempt*> open_;
};

}  // namespace

Judgement judge(const std::vector<Batch>& journal, const History& history) {
    return Replay{journal, history}.run();
}

}  // namespace frontrow::sim
