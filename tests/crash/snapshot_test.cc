#include "store/engine/snapshot.h"

#include "crash/journal_history.h"
#include "domain/decide.h"
#include "domain/evolve.h"
#include "support/random_sale.h"
#include "support/seed.h"
#include "support/temp_folder.h"
#include "support/told.h"
#include "wire/fact_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::test {
namespace {

using domain::Inventory;
using io::FaultKind;
using store::engine::JournalEnd;
using store::engine::list_snapshots;
using store::engine::Snapshot;
using store::engine::write_snapshot;
using testing::ElementsAre;
using testing::IsEmpty;

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// Writes a new file: ext4 flushes a file that was truncated first, which is slow.
void write_file(const fs::path& path, const std::string& bytes) {
    fs::remove(path);
    std::ofstream{path, std::ios::binary} << bytes;
}

JournalEnd end_of(const Inventory& inventory) {
    JournalEnd end{.batch = 42, .last_seq = inventory.last_seq()};
    end.hash.fill(7);
    return end;
}

/// The snapshot's bytes; equal for equal inventories.
std::string image_of(const Inventory& inventory) {
    const TempFolder folder;
    EXPECT_TRUE(write_snapshot(folder.path(), inventory, end_of(inventory), 1));
    return read_file(list_snapshots(folder.path()).at(0));
}

std::unique_ptr<Inventory> back_from_snapshot(const Inventory& inventory) {
    const TempFolder folder;
    EXPECT_TRUE(write_snapshot(folder.path(), inventory, end_of(inventory), 1));
    auto snapshot = Snapshot::open(list_snapshots(folder.path()).at(0));
    EXPECT_TRUE(snapshot) << snapshot.error().what;
    EXPECT_EQ(snapshot->end(), end_of(inventory));
    return std::move(snapshot->read().value());
}

/// A random sale on two inventories: one that has lived through the whole sale, and one that is
/// replaced by its snapshot now and then.
class TwoInventories {
public:
    explicit TwoInventories(std::uint64_t seed) : random_{seed} {}

    void run(int commands) {
        for (int i = 0; i < commands && !testing::Test::HasFailure(); ++i) {
            turn();
            if (random_() % 64 == 0) second_ = back_from_snapshot(*second_);
        }
        first_.verify();
        second_->verify();
        EXPECT_TRUE(image_of(first_) == image_of(*second_));
        EXPECT_EQ(first_.digest_anew(), second_->digest_anew());
        compare_tables();
    }

private:
    void turn() {
        const auto dice = RandomSale::throw_dice(random_);
        now_ = sale_.next_instant(dice, now_);
        const auto command = sale_.next(dice, now_);
        const auto expected = sale_.apply(command, now_);
        for (auto* inventory : {&first_, second_.get()}) {
            const auto decision = domain::decide(*inventory, command, now_);
            EXPECT_TRUE(same(decision.outcome, expected)) << told(command);
            if (std::holds_alternative<domain::ExpireHolds>(command)) continue;
            record(*inventory, decision.facts);
        }
        EXPECT_EQ(first_.last_seq(), second_->last_seq()) << told(command);
        if (std::holds_alternative<domain::ExpireHolds>(command)) sweep();
    }

    /// Two inventories may end expired holds in different orders, so both get the facts that one
    /// decides.
    void sweep() {
        const auto decision = domain::decide(*second_, domain::ExpireHolds{1'000}, now_);
        record(first_, decision.facts);
        record(*second_, decision.facts);
        EXPECT_FALSE(first_.reservations().has_expired_holds(now_));
        EXPECT_FALSE(second_->reservations().has_expired_holds(now_));
    }

    void record(Inventory& inventory, const std::vector<domain::NewFact>& facts) const {
        for (const auto& fact : facts) {
            domain::evolve_for_good(
                inventory,
                {.seq = inventory.last_seq() + 1,
                 .at = now_,
                 .trace = {},
                 .event = fact.event,
                 .body = fact.body}
            );
        }
    }

    /// Compares the tables that decisions and reads use.
    void compare_tables() const {
        for (const auto& seat : sale_.seats()) {
            const auto first = first_.plans().find_seat(seat.id);
            const auto second = second_->plans().find_seat(seat.id);
            ASSERT_EQ(first.has_value(), second.has_value());
            if (!first) continue;
            const auto& event = second_->plans()[second->event];
            EXPECT_EQ(
                first_.seat_status(first_.plans()[first->event], first->seat, now_),
                second_->seat_status(event, second->seat, now_)
            );
        }
        for (const auto& made : sale_.reservations()) {
            const auto* first = first_.reservations().find(made.as_created.id, now_);
            const auto* second = second_->reservations().find(made.as_created.id, now_);
            ASSERT_EQ(first != nullptr, second != nullptr);
            if (first == nullptr) continue;
            EXPECT_EQ(first_.entity(*first, now_), second_->entity(*second, now_));
            EXPECT_EQ(second_->entity_as_created(*second), made.as_created);
            EXPECT_EQ(
                first_.requests().find(made.asked.request.key, now_) == nullptr,
                second_->requests().find(made.asked.request.key, now_) == nullptr
            );
        }
        for (std::uint8_t user = 0; user < RandomSale::kUsers; ++user) {
            EXPECT_EQ(
                first_.list_reservations(sale_.user(user), {.limit = 1'000}, now_),
                second_->list_reservations(sale_.user(user), {.limit = 1'000}, now_)
            );
        }
        EXPECT_EQ(first_.plans().list({.limit = 100}), second_->plans().list({.limit = 100}));
        EXPECT_EQ(first_.plans().newest(100, now_), second_->plans().newest(100, now_));
        EXPECT_EQ(first_.last_at(), second_->last_at());
        EXPECT_EQ(first_.events_seq(), second_->events_seq());
        EXPECT_EQ(first_.reservations().pending_count(), second_->reservations().pending_count());
        EXPECT_EQ(
            first_.reservations().confirmed_count(), second_->reservations().confirmed_count()
        );
    }

    std::mt19937_64 random_;
    RandomSale sale_;
    Instant now_ = ManualClock{}.now();
    Inventory first_;
    std::unique_ptr<Inventory> second_ = std::make_unique<Inventory>();
};

TEST(Snapshot, changes_nothing_however_often_a_sale_goes_through_one) {
    const int sales = is_soak() ? 1'000 : 20;
    auto seed = seed_of_this_run();
    for (int i = 0; i < sales && !HasFailure(); ++i, ++seed) {
        SCOPED_TRACE("FRONTROW_SEED=" + std::to_string(seed));
        TwoInventories{seed}.run(500);
    }
}

TEST(Snapshot, of_nothing_is_nothing) {
    const auto inventory = back_from_snapshot(Inventory{});
    inventory->verify();
    EXPECT_EQ(inventory->plans().size(), 0);
    EXPECT_EQ(image_of(*inventory), image_of(Inventory{}));
    EXPECT_EQ(inventory->digest_anew(), Bits128{});
}

/// One fact of each type, some with all optional fields and some without.
constexpr std::array<std::string_view, 34>
    kFacts{
        R"({"seq":1,"type":"EventCreated","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-21T00:00:00.000Z","trace_id":"5f0c2b7a9d3e41868a7b6c5d4e3f2a10","data":{"created_by":"organizer-7","name":"Winter concert","description":"In the hall","venue":"The hall","start_at":"2026-12-24T10:00:00.000Z","end_at":"2026-12-24T12:00:00.000Z","total_seats":400,"sales_start_at":"2026-11-28T01:00:00.000Z","hold_seconds":900,"max_seats_per_reservation":10,"max_seats_per_user":4,"currency":"EUR","payment":"required"}})",
        R"({"seq":2,"type":"EventCreated","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d912","at":"2026-11-21T00:00:01.000Z","trace_id":"00000000000000000000000000000000","data":{"created_by":"organizer-8","name":"Soon deleted","description":"","venue":"","start_at":"2026-12-25T10:00:00.000Z","end_at":"2026-12-25T12:00:00.000Z","total_seats":1,"hold_seconds":60,"max_seats_per_reservation":1,"currency":"JPY","payment":"none"}})",
        R"({"seq":3,"type":"SeatsAdded","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-21T00:01:00.000Z","trace_id":"00000000000000000000000000000000","data":{"first_seat_id":"019aa397-6e60-7b21-9a04-51d2c3b4a596","seats":[{"seat_number":"A-1","section":"Stalls","row":"A","price":8000,"x":12.5,"y":-3},{"seat_number":"A-2","price":0},{"seat_number":"A-3","price":1000000000000,"x":1},{"seat_number":"A-4","price":5000}]}})",
        R"({"seq":4,"type":"SeatsAdded","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d912","at":"2026-11-21T00:02:00.000Z","trace_id":"00000000000000000000000000000000","data":{"first_seat_id":"019aa397-6e61-7b21-9a04-51d2c3b4a596","seats":[{"seat_number":"A-1","price":1}]}})",
        R"({"seq":5,"type":"EventUpdated","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-21T00:03:00.000Z","trace_id":"00000000000000000000000000000000","data":{"name":"Winter concert","description":"Two lines:\nof \"text\", 夜","venue":"The hall","start_at":"2026-12-24T10:00:00.000Z","end_at":"2026-12-24T12:30:00.000Z","total_seats":400,"sales_start_at":"2026-11-28T01:00:00.000Z","hold_seconds":600,"max_seats_per_reservation":10,"max_seats_per_user":4,"currency":"EUR","payment":"required","gates":[{"name":"West","sections":["Stalls"]},{"name":"East","categories":["Floor"]}],"asks":{"holder_name":true,"questions":[{"label":"Diet"},{"label":"Size","required":true}],"terms":"No dogs."}}})",
        R"({"seq":6,"type":"ReservationHeld","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-28T01:00:00.012Z","trace_id":"00000000000000000000000000000000","data":{"reservation_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e1f","user_id":"buyer-42","seat_ids":["019aa397-6e60-7b21-9a04-51d2c3b4a596"],"total_amount":8000,"expires_at":"2026-11-28T01:10:00.012Z","request_key":"9c56cc51b374c3ba189210d5b6d4bf57","request_content":"e3b0c44298fc1c149afbf4c8996fb924"}})",
        R"({"seq":7,"type":"ReservationConfirmed","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-28T01:01:00.000Z","trace_id":"00000000000000000000000000000000","data":{"reservation_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e1f"}})",
        R"({"seq":8,"type":"ReservationHeld","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-28T01:02:00.000Z","trace_id":"00000000000000000000000000000000","data":{"reservation_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e20","user_id":"buyer-43","seat_ids":["019aa397-6e60-7b21-9a04-51d2c3b4a597","019aa397-6e60-7b21-9a04-51d2c3b4a598","019aa397-6e60-7b21-9a04-51d2c3b4a599"],"total_amount":1000000005000,"expires_at":"2026-11-28T01:12:00.000Z","request_key":"9c56cc51b374c3ba189210d5b6d4bf58","request_content":"e3b0c44298fc1c149afbf4c8996fb924"}})",
        R"({"seq":9,"type":"ReservationExtended","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-28T01:03:00.000Z","trace_id":"00000000000000000000000000000000","data":{"reservation_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e20","expires_at":"2026-11-28T01:13:00.000Z"}})",
        R"({"seq":10,"type":"ReservationCancelled","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-28T01:04:00.000Z","trace_id":"00000000000000000000000000000000","data":{"reservation_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e20"}})",
        R"({"seq":11,"type":"ReservationHeld","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-29T01:00:00.012Z","trace_id":"00000000000000000000000000000000","data":{"reservation_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e21","user_id":"buyer-43","seat_ids":["019aa397-6e60-7b21-9a04-51d2c3b4a599"],"total_amount":5000,"expires_at":"2026-11-29T01:10:00.012Z","request_key":"9c56cc51b374c3ba189210d5b6d4bf59","request_content":"e3b0c44298fc1c149afbf4c8996fb924"}})",
        R"({"seq":12,"type":"EventDeleted","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d912","at":"2026-11-29T09:00:00.000Z","trace_id":"00000000000000000000000000000000","data":{}})",
        R"({"seq":13,"type":"ApiKeyCreated","at":"2026-11-29T10:00:00.000Z","trace_id":"00000000000000000000000000000000","data":{"api_key_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e31","name":"door","role":"scanner","prefix":"frk_ab","digest":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a","created_by":"admin-1"}})",
        R"({"seq":14,"type":"ApiKeyCreated","at":"2026-11-29T10:00:00.000Z","trace_id":"00000000000000000000000000000000","data":{"api_key_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e32","name":"door","role":"scanner","prefix":"frk_ab","digest":"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b","created_by":"admin-1"}})",
        R"({"seq":15,"type":"ApiKeyRevoked","at":"2026-11-29T10:00:00.000Z","trace_id":"00000000000000000000000000000000","data":{"api_key_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e31","revoked_by":"admin-1"}})",
        R"({"seq":16,"type":"MemberAdded","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-29T10:00:00.000Z","trace_id":"00000000000000000000000000000000","data":{"sub":"otto","role":"organizer"}})",
        R"({"seq":17,"type":"MemberAdded","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-29T10:01:00.000Z","trace_id":"00000000000000000000000000000000","data":{"sub":"organizer-9","role":"organizer"}})",
        R"({"seq":18,"type":"CategoryAdded","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-29T10:02:00.000Z","trace_id":"00000000000000000000000000000000","data":{"name":"Floor","price":3000,"total_stock":100,"request_key":"9c56cc51b374c3ba189210d5b6d4bf5a","request_content":"e3b0c44298fc1c149afbf4c8996fb924"}})",
        R"({"seq":19,"type":"CategoryChanged","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-29T10:03:00.000Z","trace_id":"00000000000000000000000000000000","data":{"name":"Floor","price":3500,"total_stock":120}})",
        R"({"seq":20,"type":"ReservationHeld","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-29T10:04:00.000Z","trace_id":"00000000000000000000000000000000","data":{"reservation_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e22","user_id":"buyer-44","seat_ids":[],"total_amount":7000,"expires_at":"2026-11-29T10:14:00.000Z","request_key":"9c56cc51b374c3ba189210d5b6d4bf5b","request_content":"e3b0c44298fc1c149afbf4c8996fb924","items":[{"category":"Floor","quantity":2,"unit_price":3500}]}})",
        R"({"seq":21,"type":"ReservationChanged","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-29T10:05:00.000Z","trace_id":"00000000000000000000000000000000","data":{"reservation_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e22","added_seat_ids":["019aa397-6e60-7b21-9a04-51d2c3b4a597"],"unit_prices":[0],"removed_seat_ids":[],"removed_items":[{"category":"Floor","quantity":1,"unit_price":3500}],"total_amount":3500,"request_key":"9c56cc51b374c3ba189210d5b6d4bf5c","request_content":"e3b0c44298fc1c149afbf4c8996fb924"}})",
        R"({"seq":22,"type":"AllocationAdded","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-29T10:05:00.000Z","trace_id":"00000000000000000000000000000000","data":{"name":"Presale","seat_ids":["019aa397-6e60-7b21-9a04-51d2c3b4a598"],"limit":1,"limit_per_user":1,"until":"2026-12-24T10:00:00.000Z","access_codes":["2c26b46b68ffc68ff99b453c1d304134"]}})",
        R"({"seq":23,"type":"AllocationAdded","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-29T10:06:00.000Z","trace_id":"00000000000000000000000000000000","data":{"name":"Guests","category":"Floor","quantity":4,"access_codes":["fcde2b2edba56bf408601fb721fe9b5c"]}})",
        R"({"seq":24,"type":"AllocationEnded","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-29T10:07:00.000Z","trace_id":"00000000000000000000000000000000","data":{"name":"Guests"}})",
        R"({"seq":25,"type":"OrderPlaced","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-29T10:08:00.000Z","trace_id":"00000000000000000000000000000000","data":{"order_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e41","reservation_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e22","lines":[{"kind":"seat","seat_id":"019aa397-6e60-7b21-9a04-51d2c3b4a597","quantity":1,"unit_price":0,"amount":0},{"kind":"category","category":"Floor","quantity":1,"unit_price":3500,"amount":3500}],"amount":3500,"request_key":"9c56cc51b374c3ba189210d5b6d4bf5d","request_content":"e3b0c44298fc1c149afbf4c8996fb924"}})",
        R"({"seq":26,"type":"PaymentIntended","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-29T10:08:10.000Z","trace_id":"00000000000000000000000000000000","data":{"order_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e41","payment_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e51","method":"provider","provider":"stripe","token":"pm_1PqR5s","pinned_until":"2026-11-29T10:18:10.000Z","request_key":"9c56cc51b374c3ba189210d5b6d4bf5e","request_content":"e3b0c44298fc1c149afbf4c8996fb924"}})",
        R"({"seq":27,"type":"PaymentPending","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-29T10:08:11.000Z","trace_id":"00000000000000000000000000000000","data":{"order_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e41","payment_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e51","reference":"pi_3PqR5s","redirect_url":"https://pay.example/c/3PqR5s"}})",
        R"({"seq":28,"type":"PaymentSucceeded","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-29T10:08:12.000Z","trace_id":"00000000000000000000000000000000","data":{"order_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e41","payment_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e51","reference":"pi_3PqR5s"}})",
        R"({"seq":29,"type":"ReservationConfirmed","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-29T10:08:12.000Z","trace_id":"00000000000000000000000000000000","data":{"reservation_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e22"}})",
        R"({"seq":30,"type":"RefundIntended","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-29T10:09:00.000Z","trace_id":"00000000000000000000000000000000","data":{"order_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e41","refund_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e61","payment_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e51","reason":"requested","amount":3500,"items":[{"category":"Floor","quantity":1,"unit_price":3500}],"returns_to_sale":true,"by":"organizer-7"}})",
        R"({"seq":31,"type":"TicketReissued","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-29T10:10:00.000Z","trace_id":"00000000000000000000000000000000","data":{"reservation_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e1f","ticket_number":1,"issue":2,"holder":"buyer-44","by":"buyer-42"}})",
        R"({"seq":32,"type":"TicketScanned","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-29T10:10:00.000Z","trace_id":"00000000000000000000000000000000","data":{"reservation_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e1f","ticket_number":1,"scan_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e51","scanned_at":"2026-11-29T10:09:59.000Z","gate":"West","by":"otto"}})",
        R"({"seq":33,"type":"TicketReinstated","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-29T10:10:00.000Z","trace_id":"00000000000000000000000000000000","data":{"reservation_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e1f","ticket_number":1,"by":"organizer-7"}})",
        R"({"seq":34,"type":"TicketScanned","event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911","at":"2026-11-29T10:11:00.000Z","trace_id":"00000000000000000000000000000000","data":{"reservation_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e1f","ticket_number":1,"scan_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e52","scanned_at":"2026-11-29T10:10:01.000Z","gate":"East","by":"otto"}})",
    };

std::unique_ptr<Inventory> small_sale() {
    auto inventory = std::make_unique<Inventory>();
    for (const auto& line : kFacts)
        domain::evolve(*inventory, wire::parse_fact(line).value());
    return inventory;
}

TEST(Snapshot, keeps_everything_of_a_small_sale) {
    const auto original = small_sale();
    const auto copy = back_from_snapshot(*original);
    const auto& before = *original;
    const auto& after = *copy;
    after.verify();
    EXPECT_EQ(after.plans().size(), 1);
    EXPECT_EQ(after.plans()[0].event, before.plans()[0].event);
    EXPECT_EQ(after.plans()[0].members.get(), before.plans()[0].members.get());
    EXPECT_EQ(after.plans()[0].members.get().size(), 2);
    EXPECT_EQ(after.plans()[0].categories.get(), before.plans()[0].categories.get());
    EXPECT_EQ(after.plans()[0].categories.get().size(), 1);
    const auto allocations = before.list_allocations(before.plans()[0], before.last_at());
    EXPECT_EQ(after.list_allocations(after.plans()[0], before.last_at()), allocations);
    EXPECT_EQ(allocations.size(), 1);
    const auto view = after.seat_view({0, 0}, before.last_at());
    EXPECT_TRUE(view.block->seats[0] == before.plans()[0].blocks[0]->seats[0]);
    EXPECT_TRUE(view.block->seats[2] == before.plans()[0].blocks[0]->seats[2]);
    EXPECT_EQ(after.api_keys().list({.limit = 10}), before.api_keys().list({.limit = 10}));
    EXPECT_EQ(after.api_keys().size(), 2);
    EXPECT_EQ(after.api_keys().live_count(), 1);
    EXPECT_EQ(after.api_keys().last_seq(), 15);
    EXPECT_EQ(after.orders().size(), 1);
    EXPECT_EQ(after.orders()[0], before.orders()[0]);
    EXPECT_EQ(after.tickets().size(), 1);
    EXPECT_EQ(after.tickets()[0], before.tickets()[0]);
    EXPECT_TRUE(image_of(after) == image_of(before));
    EXPECT_EQ(after.digest_anew(), before.digest_anew());
}

/// The small sale with `from` replaced by `to` in each fact.
std::unique_ptr<Inventory> small_sale_but(std::string_view from, std::string_view to) {
    auto inventory = std::make_unique<Inventory>();
    for (const auto fact : kFacts) {
        std::string line{fact};
        for (auto at = line.find(from); at != line.npos; at = line.find(from, at + to.size()))
            line.replace(at, from.size(), to);
        domain::evolve(*inventory, wire::parse_fact(line).value());
    }
    return inventory;
}

/// The differences between a snapshot of `lie` and the small sale.
std::vector<std::string> differences_of(const Inventory& lie) {
    const TempFolder folder;
    EXPECT_TRUE(write_snapshot(folder.path(), lie, end_of(lie), 3));
    auto snapshot = Snapshot::open(list_snapshots(folder.path()).at(0));
    EXPECT_EQ(snapshot->generation(), 3U);
    return snapshot->differences_from(*small_sale()).value();
}

TEST(Snapshot, that_is_wrong_is_told_from_a_right_one_and_says_about_what) {
    const std::string first = "reservation 019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e1f";
    const std::string last = "reservation 019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e21";
    EXPECT_THAT(differences_of(*small_sale()), IsEmpty());
    EXPECT_THAT(differences_of(*small_sale_but("buyer-42", "eve")), ElementsAre("user 1", first));
    EXPECT_THAT(
        differences_of(*small_sale_but(
            R"(c3b4a597","019aa397-6e60-7b21-9a04-51d2c3b4a598")",
            R"(c3b4a598","019aa397-6e60-7b21-9a04-51d2c3b4a597")"
        )),
        ElementsAre("reservation 019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e20")
    );
    EXPECT_THAT(
        differences_of(*small_sale_but("2026-11-29T01:10:00.012Z", "2026-11-29T01:10:00.013Z")),
        ElementsAre(last)
    );
    EXPECT_THAT(
        differences_of(*small_sale_but("The hall", "The Hall")),
        ElementsAre("event 019aa396-8400-7d0a-8b1e-3c6f0a52d911")
    );
    EXPECT_THAT(
        differences_of(*small_sale_but("\"price\":0", "\"price\":1")),
        ElementsAre("event 019aa396-8400-7d0a-8b1e-3c6f0a52d911")
    );
    EXPECT_THAT(
        differences_of(*small_sale_but("\"total_stock\":120", "\"total_stock\":121")),
        ElementsAre("event 019aa396-8400-7d0a-8b1e-3c6f0a52d911")
    );
    EXPECT_THAT(
        differences_of(*small_sale_but("\"limit_per_user\":1", "\"limit_per_user\":2")),
        ElementsAre("event 019aa396-8400-7d0a-8b1e-3c6f0a52d911")
    );
    EXPECT_THAT(
        differences_of(*small_sale_but("\"quantity\":2", "\"quantity\":3")),
        ElementsAre("reservation 019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e22")
    );
    EXPECT_THAT(
        differences_of(*small_sale_but("otto", "olga")),
        ElementsAre("event 019aa396-8400-7d0a-8b1e-3c6f0a52d911")
    );
    EXPECT_THAT(
        differences_of(*small_sale_but("scanner", "admin")),
        ElementsAre(
            "API key 019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e31",
            "API key 019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e32"
        )
    );
}

TEST(Snapshot, that_lacks_a_row_says_which) {
    Inventory shorter;
    for (const auto& line : std::span{kFacts}.first(14))
        domain::evolve(shorter, wire::parse_fact(line).value());
    EXPECT_THAT(
        differences_of(shorter),
        ElementsAre(
            "its figures",
            "event 019aa396-8400-7d0a-8b1e-3c6f0a52d911",
            "its figures",
            "user 3 is missing",
            "its figures",
            "reservation 019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e22 is missing",
            "its figures",
            "API key 019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e31",
            "its figures"
        )
    );
}

// Snapshots of another format are ignored. If this fails, the written bytes have changed: give
// kFormat in store/engine/snapshot.cc a new number, and put the new digest here.
TEST(Snapshot, has_the_bytes_that_its_format_says) {
    io::Sha256 sha;
    sha.update(image_of(*small_sale()));
    std::string digest;
    append_hex128(digest, sha.finish128());
    EXPECT_EQ(digest, "c5822996803299fe00ab63edcb35d964");
}

class DamagedSnapshot : public testing::Test {
protected:
    DamagedSnapshot() {
        const auto inventory = small_sale();
        EXPECT_TRUE(write_snapshot(folder_.path(), *inventory, end_of(*inventory), 1));
        file_ = list_snapshots(folder_.path()).at(0);
        bytes_ = read_file(file_);
    }
    void expect_refused() const {
        const auto snapshot = Snapshot::open(file_);
        ASSERT_FALSE(snapshot);
        EXPECT_EQ(snapshot.error().kind, FaultKind::corrupt);
        EXPECT_TRUE(snapshot.error().what.contains(file_.string())) << snapshot.error().what;
    }

    TempFolder folder_;
    fs::path file_;
    std::string bytes_;
};

TEST_F(DamagedSnapshot, is_refused_wherever_it_is_cut) {
    fs::resize_file(file_, bytes_.size() + 1);
    expect_refused();
    for (auto length = bytes_.size(); length-- > 0;) {
        fs::resize_file(file_, length);
        ASSERT_NO_FATAL_FAILURE(expect_refused()) << length << " bytes";
    }
}

TEST_F(DamagedSnapshot, is_refused_whatever_bit_of_it_is_flipped) {
    std::fstream file{file_, std::ios::binary | std::ios::in | std::ios::out};
    const auto put = [&](std::size_t at, char byte) {
        file.seekp(static_cast<std::streamoff>(at)).put(byte).flush();
    };
    for (std::size_t at = 0; at < bytes_.size(); ++at) {
        for (int bit = 0; bit < 8; ++bit) {
            put(at, static_cast<char>(bytes_[at] ^ 1 << bit));
            ASSERT_NO_FATAL_FAILURE(expect_refused()) << "bit " << bit << " of byte " << at;
        }
        put(at, bytes_[at]);
    }
    EXPECT_TRUE(Snapshot::open(file_));
}

TEST_F(DamagedSnapshot, is_a_fault_where_it_cannot_be_read) {
    fs::remove(file_);
    fs::create_directory(file_);
    EXPECT_FALSE(Snapshot::open(file_));
    EXPECT_FALSE(Snapshot::open(folder_.path() / "nowhere"));
}

/// Made-up content with a correct digest: the reader must refuse it.
TEST_F(DamagedSnapshot, that_was_made_up_is_refused_when_it_is_read) {
    constexpr std::size_t kHeader = 100 + 32;
    std::mt19937_64 random{seed_of_this_run()};
    int refused = 0;
    for (int i = 0; i < 2'000; ++i) {
        auto made_up = bytes_.substr(0, kHeader + random() % (bytes_.size() - kHeader - 32));
        io::Sha256 sha;
        sha.update(made_up);
        const auto digest = sha.finish();
        made_up.append(digest.begin(), digest.end());
        write_file(file_, made_up);
        auto snapshot = Snapshot::open(file_);
        ASSERT_TRUE(snapshot) << snapshot.error().what;
        refused += !snapshot->read();
    }
    EXPECT_EQ(refused, 2'000);
}

TEST(Snapshot, is_not_left_behind_half_where_it_cannot_be_written) {
    const TempFolder folder;
    const auto inventory = small_sale();
    EXPECT_FALSE(write_snapshot(folder.path() / "nowhere", *inventory, end_of(*inventory), 1));
    fs::create_directory(folder.path() / "snapshot-00000000000000000042");
    EXPECT_FALSE(write_snapshot(folder.path(), *inventory, end_of(*inventory), 1));
    EXPECT_EQ(std::distance(fs::directory_iterator{folder.path()}, {}), 1);
}

}  // namespace
}  // namespace frontrow::test
