#include "domain/audit_comparison.h"

#include "box_office.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace frontrow::domain {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace std::chrono_literals;

constexpr auto kOfAKey = "the request under an idempotency key";

/// A small sale with something of each kind. The tests compare its audit with inventories made from
/// changed facts.
class Comparison : public testing::Test {
protected:
    Comparison() {
        event_ = office_.open(8);
        other_event_ = office_.open(1);
        ann_ = office_.hold(event_, "ann", {0, 1});
        bob_ = office_.hold(event_, "bob", {2, 3});
        EXPECT_TRUE(office_.confirm(ann_));
        EXPECT_TRUE(office_.confirm(bob_));
        cid_ = office_.hold(event_, "cid", {4});
        EXPECT_TRUE(office_.extend(cid_, 60s));
        dan_ = office_.hold(event_, "dan", {5});
        EXPECT_TRUE(office_.act(ExtendReservation{
            .reservation = dan_.id,
            .user = dan_.user,
            .by = 60s,
            .request = RequestMark{.key = {8, 3}, .content = {8, 4}},
        }));
        EXPECT_TRUE(office_.cancel(dan_));
        EXPECT_TRUE(office_.act(AddCategory{
            .event = event_,
            .by = BoxOffice::owner(),
            .category = {"Floor", 3'000, 10},
            .request = RequestMark{.key = {8, 5}, .content = {8, 6}},
        }));
        EXPECT_TRUE(office_.act(AddCategory{event_, BoxOffice::owner(), {"Balcony", 3'000, 10}}));
        auto units = office_.wish(event_, "gil", {});
        units.items = {{"Floor", 2}};
        gil_ = std::get<Reservation>(office_.act(units).value().entity);
        EXPECT_TRUE(office_.act(ChangeReservation{
            .reservation = gil_.id,
            .user = gil_.user,
            .add_seats = {office_.seat(event_, 6)},
            .add_items = {{"Balcony", 1}},
            .remove_items = {{"Floor", 1}},
            .request = RequestMark{.key = {8, 7}, .content = {8, 8}},
        }));
        EXPECT_TRUE(office_.act(AddAllocation{
            .event = event_,
            .by = BoxOffice::owner(),
            .allocation =
                {.name = "Guests", .category = "Balcony", .quantity = 3, .codes = {{7, 7}}},
            .request = RequestMark{.key = {8, 9}, .content = {8, 10}},
        }));
        auto allocated = office_.wish(event_, "hal", {});
        allocated.items = {{"Balcony", 1}};
        allocated.access_code = Bits128{7, 7};
        hal_ = std::get<Reservation>(office_.act(allocated).value().entity);
        EXPECT_TRUE(office_.act(AddAllocation{
            event_, BoxOffice::owner(), {.name = "House", .seats = {office_.seat(event_, 7)}}
        }));
        EXPECT_TRUE(office_.change_sale(event_, SaleAction::pause));
        EXPECT_TRUE(office_.update(event_, BoxOffice::spec()));
        EXPECT_TRUE(office_.add_member(event_, "otto", MemberRole::organizer));
        EXPECT_TRUE(office_.act(CreateApiKey{
            .key = key_,
            .name = "door",
            .by = "root",
            .request = RequestMark{.key = {8, 1}, .content = {8, 2}},
        }));
        EXPECT_TRUE(office_.act(MoveApiKey{.key = key_, .account = "hall", .by = "root"}));
        EXPECT_TRUE(office_.remove(other_event_));
        EXPECT_TRUE(office_.act(TransferTicket{
            .ticket = {ann_.id, 1},
            .user = "ann",
            .to = "ida",
            .request = RequestMark{.key = {8, 11}, .content = {8, 12}},
        }));
        const ScannedCode code{
            .ticket = {ann_.id, 2},
            .event = event_,
            .issue = 1,
            .scan = {ScanId{Bits128{9, 1}}, kScannedNow, "West"}
        };
        EXPECT_TRUE(office_.act(CheckInTickets{
            .by = BoxOffice::owner(),
            .event = {},
            .scans = std::make_shared<const std::vector<ScannedCode>>(1, code)
        }));
        for (const auto& fact : office_.history())
            audit_.observe(fact);
    }

    /// The differences that the comparison finds in an inventory made from the facts after
    /// `change`.
    std::vector<std::string> differences_with(const std::function<void(Fact&)>& change) const {
        Inventory inventory;
        for (auto fact : office_.history()) {
            change(fact);
            evolve(inventory, fact);
        }
        inventory.verify();
        return compare(audit_, inventory);
    }
    /// Changes only facts of this kind.
    template <class Body>
    std::vector<std::string> differences_in(const std::function<void(Body&)>& change) const {
        return differences_with([&](Fact& fact) {
            if (auto* body = std::get_if<Body>(&fact.body)) change(*body);
        });
    }
    std::vector<std::string> differences_of(
        const Reservation& reservation,
        const std::function<void(ReservationHeld&)>& change
    ) const {
        return differences_in<ReservationHeld>([&](auto& body) {
            if (body.reservation == reservation.id) change(body);
        });
    }
    std::string seat(std::uint32_t index) const {
        return "seat " + office_.seat(event_, index).to_string();
    }
    static std::string name(const Reservation& reservation) {
        return "reservation " + reservation.id.to_string();
    }

    BoxOffice office_;
    EventId event_;
    EventId other_event_;
    Reservation ann_;
    Reservation bob_;
    Reservation cid_;
    Reservation dan_;
    Reservation gil_;
    Reservation hal_;
    ApiKeyId key_{Bits128{7, 1}};
    Audit audit_;
};

TEST_F(Comparison, finds_nothing_wrong_with_what_the_facts_come_to) {
    EXPECT_THAT(audit_.violations(), IsEmpty());
    EXPECT_THAT(differences_with([](Fact&) {}), IsEmpty());
    EXPECT_THAT(compare(Audit{}, Inventory{}), IsEmpty());
}

TEST_F(Comparison, finds_the_sold_seats_of_two_buyers_exchanged) {
    const auto differences = differences_in<ReservationHeld>([&](auto& body) {
        if (body.reservation == ann_.id)
            body.seats = bob_.seats;
        else if (body.reservation == bob_.id)
            body.seats = ann_.seats;
    });
    EXPECT_THAT(
        differences,
        ElementsAre(
            seat(0) + ": who has it",
            seat(1) + ": who has it",
            seat(2) + ": who has it",
            seat(3) + ": who has it",
            name(ann_) + ": its seats",
            name(bob_) + ": its seats"
        )
    );
}

TEST_F(Comparison, finds_another_name_on_a_confirmed_reservation) {
    EXPECT_THAT(
        differences_of(ann_, [](auto& body) { body.user = "eve"; }),
        ElementsAre(name(ann_) + ": its user")
    );
}

TEST_F(Comparison, finds_whatever_else_of_a_reservation_is_another) {
    EXPECT_THAT(
        differences_of(ann_, [](auto& body) { std::ranges::reverse(body.seats); }),
        ElementsAre(name(ann_) + ": its seats")
    );
    EXPECT_THAT(
        differences_of(bob_, [](auto& body) { ++body.total_amount; }),
        ElementsAre(name(bob_) + ": its amount")
    );
    EXPECT_THAT(
        differences_of(cid_, [](auto& body) { body.expires_at += 1s; }),
        ElementsAre(name(cid_) + ": its times")
    );
    EXPECT_THAT(
        differences_of(bob_, [](auto& body) { ++body.request.content.lo; }),
        ElementsAre(name(bob_) + ": its request", kOfAKey)
    );
    EXPECT_THAT(
        differences_of(bob_, [](auto& body) { ++body.request.key.hi; }),
        ElementsAre(
            name(bob_) + ": its request", name(bob_) + " isn't found by its request", kOfAKey
        )
    );
    EXPECT_THAT(
        differences_in<ReservationExtended>([](auto& body) { body.expires_at += 1ms; }),
        ElementsAre(name(cid_) + ": its times", name(dan_) + ": its times")
    );
}

TEST_F(Comparison, finds_a_reservation_that_ended_otherwise) {
    const auto differences = differences_with([&](Fact& fact) {
        const auto* cancelled = std::get_if<ReservationCancelled>(&fact.body);
        if (cancelled != nullptr) fact.body = ReservationConfirmed{cancelled->reservation};
    });
    EXPECT_THAT(
        differences,
        ElementsAre(
            seat(5) + ": whether it's free, held or sold",
            seat(5) + ": who has it",
            name(dan_) + ": its status",
            name(dan_) + ": its times"
        )
    );
}

TEST_F(Comparison, finds_one_reservation_under_the_id_of_another) {
    const ReservationId stranger{Bits128{9, 9}};
    const auto differences = differences_with([&](Fact& fact) {
        if (auto* held = std::get_if<ReservationHeld>(&fact.body);
            held && held->reservation == bob_.id)
            held->reservation = stranger;
        if (auto* sold = std::get_if<ReservationConfirmed>(&fact.body);
            sold && sold->reservation == bob_.id)
            sold->reservation = stranger;
    });
    EXPECT_THAT(differences, Contains("reservation " + stranger.to_string() + " was never made"));
    EXPECT_THAT(differences, Contains(name(bob_) + " is missing"));
}

TEST_F(Comparison, finds_whatever_of_an_event_is_another) {
    const auto name = "event " + event_.to_string();
    const auto only_first = [&](auto change) {
        return differences_with([&](Fact& fact) {
            if (fact.event == event_) change(fact);
        });
    };
    EXPECT_THAT(
        differences_in<EventUpdated>([](auto& body) { body.spec.venue = "elsewhere"; }),
        ElementsAre(name)
    );
    EXPECT_THAT(
        differences_in<SaleChanged>([](auto& body) { body.action = SaleAction::end; }),
        ElementsAre(name)
    );
    EXPECT_THAT(
        only_first([](Fact& fact) {
            if (auto* body = std::get_if<EventCreated>(&fact.body)) body->created_by = "eve";
        }),
        ElementsAre(name)
    );
    EXPECT_THAT(
        only_first([](Fact& fact) {
            if (std::holds_alternative<EventUpdated>(fact.body)) fact.at += 1ms;
        }),
        Contains(name)
    );
    const auto undeleted = differences_with([](Fact& fact) {
        if (std::holds_alternative<EventDeleted>(fact.body))
            fact.body = EventUpdated{BoxOffice::spec()};
    });
    EXPECT_THAT(undeleted, ElementsAre("event " + other_event_.to_string()));
}

TEST_F(Comparison, finds_whatever_of_a_member_is_another) {
    const auto wrong = ElementsAre("event " + event_.to_string() + ": its members");
    EXPECT_THAT(differences_in<MemberAdded>([](auto& body) { body.sub = "eve"; }), wrong);
    EXPECT_THAT(
        differences_in<MemberAdded>([](auto& body) { body.role = MemberRole::scanner; }), wrong
    );
    const auto later = differences_with([](Fact& fact) {
        if (std::holds_alternative<MemberAdded>(fact.body)) fact.at += 1ms;
    });
    EXPECT_THAT(later, Contains("event " + event_.to_string() + ": its members"));
}

TEST_F(Comparison, finds_whatever_of_a_category_is_another) {
    const auto wrong = ElementsAre("event " + event_.to_string() + ": its categories");
    const auto with_floor = [&](auto change) {
        return differences_in<CategoryAdded>([&](auto& body) {
            if (body.category.name == "Floor") change(body.category);
        });
    };
    EXPECT_THAT(with_floor([](Category& floor) { ++floor.price; }), wrong);
    EXPECT_THAT(with_floor([](Category& floor) { ++floor.total_stock; }), wrong);
    EXPECT_THAT(
        differences_in<CategoryAdded>([](auto& body) {
            if (body.request) body.request->content = {};
        }),
        ElementsAre(kOfAKey)
    );
}

TEST_F(Comparison, finds_whatever_of_an_allocation_is_another) {
    const auto wrong = ElementsAre("event " + event_.to_string() + ": its allocations");
    const auto with_guests = [&](auto change) {
        return differences_in<AllocationAdded>([&](auto& body) {
            if (body.allocation.name == "Guests") change(body.allocation);
        });
    };
    EXPECT_THAT(with_guests([](Allocation& one) { ++one.quantity; }), wrong);
    EXPECT_THAT(with_guests([](Allocation& one) { one.limit = 2; }), wrong);
    EXPECT_THAT(with_guests([](Allocation& one) { one.limit_per_user = 2; }), wrong);
    EXPECT_THAT(with_guests([this](Allocation& one) { one.until = office_.now + 1ms; }), wrong);
    EXPECT_THAT(with_guests([](Allocation& one) { ++one.codes.front().lo; }), wrong);
    EXPECT_THAT(
        differences_in<AllocationAdded>([](auto& body) {
            if (body.request) body.request->content = {};
        }),
        ElementsAre(kOfAKey)
    );
    EXPECT_THAT(
        differences_of(hal_, [](auto& body) { body.allocation.clear(); }),
        ElementsAre(name(hal_) + ": its allocation")
    );
    EXPECT_THAT(
        differences_in<AllocationAdded>([](auto& body) {
            if (body.allocation.seats.empty()) return;
            body.allocation.seats.clear();
            body.allocation.category = "Floor";
            body.allocation.quantity = 1;
        }),
        ElementsAre(
            "event " + event_.to_string() + ": its allocations",
            seat(7) + ": whether it's free, held or sold"
        )
    );
}

TEST_F(Comparison, finds_whatever_of_a_reservations_units_is_another) {
    const auto wrong =
        ElementsAre(name(gil_) + ": its items", name(gil_) + ": its first seats, items and amount");
    EXPECT_THAT(differences_of(gil_, [](auto& body) { ++body.items.front().quantity; }), wrong);
    const auto elsewhere = differences_with([&](Fact& fact) {
        auto* held = std::get_if<ReservationHeld>(&fact.body);
        if (held != nullptr && held->reservation == gil_.id) ++held->items.front().unit_price;
        auto* changed = std::get_if<ReservationChanged>(&fact.body);
        if (changed != nullptr) ++changed->removed_items.front().unit_price;
    });
    EXPECT_THAT(elsewhere, wrong);
}

TEST_F(Comparison, finds_whatever_of_a_change_is_another) {
    const auto of_gil = [&](std::string_view what) {
        return name(gil_) + ": its " + std::string{what};
    };
    const auto with_change = [&](auto change) {
        return differences_in<ReservationChanged>([&](auto& body) { change(body); });
    };
    EXPECT_THAT(
        with_change([](auto& body) { ++body.added_items.front().quantity; }),
        ElementsAre(of_gil("items"))
    );
    EXPECT_THAT(
        with_change([](auto& body) { body.removed_items.clear(); }), ElementsAre(of_gil("items"))
    );
    EXPECT_THAT(
        with_change([](auto& body) { ++body.total_amount; }), ElementsAre(of_gil("amount"))
    );
    EXPECT_THAT(with_change([](auto& body) { body.request->content = {}; }), ElementsAre(kOfAKey));
    EXPECT_THAT(
        with_change([](auto& body) { body.added_seats.clear(); }),
        ElementsAre(
            seat(6) + ": whether it's free, held or sold", seat(6) + ": who has it", of_gil("seats")
        )
    );
    const auto undone = differences_with([&](Fact& fact) {
        if (std::holds_alternative<ReservationChanged>(fact.body))
            fact.body = ReservationExtended{gil_.id, gil_.expires_at + 1ms};
    });
    EXPECT_THAT(undone, Contains(of_gil("seats")));
    const auto of_another_amount = differences_of(gil_, [](auto& body) { ++body.total_amount; });
    EXPECT_THAT(of_another_amount, ElementsAre(of_gil("first seats, items and amount")));
}

TEST_F(Comparison, finds_whatever_of_a_seat_is_another) {
    const auto with_first_seat = [&](auto change) {
        return differences_with([&](Fact& fact) {
            auto* body = std::get_if<SeatsAdded>(&fact.body);
            if (body == nullptr || fact.event != event_) return;
            auto block = std::make_shared<SeatBlock>(*body->block);
            change(block->seats.front());
            body->block = std::move(block);
        });
    };
    const auto wrong = ElementsAre(seat(0) + ": its name, its price or its place");
    EXPECT_THAT(with_first_seat([](SeatSpec&) {}), IsEmpty());
    EXPECT_THAT(with_first_seat([](SeatSpec& spec) { spec.number = "x"; }), wrong);
    EXPECT_THAT(with_first_seat([](SeatSpec& spec) { spec.section = "x"; }), wrong);
    EXPECT_THAT(with_first_seat([](SeatSpec& spec) { spec.row = "x"; }), wrong);
    EXPECT_THAT(with_first_seat([](SeatSpec& spec) { ++spec.price; }), wrong);
    EXPECT_THAT(
        with_first_seat([](SeatSpec& spec) {
            spec.details = std::make_shared<const SeatDetails>(Position{1.0, 2.0});
        }),
        wrong
    );
    EXPECT_THAT(
        with_first_seat([](SeatSpec& spec) {
            spec.details = std::make_shared<const SeatDetails>(Position{}, SeatFlags::companion);
        }),
        wrong
    );
}

TEST_F(Comparison, finds_seats_that_were_never_added_or_not_so_many_at_once) {
    auto one_more = std::make_shared<SeatBlock>();
    one_more->first_id = SeatId{Bits128{9, 1}};
    one_more->seats.push_back({.number = "one more", .section = {}, .row = {}, .price = 0});
    const auto added = differences_with([&](Fact& fact) {
        if (std::holds_alternative<EventUpdated>(fact.body)) fact.body = SeatsAdded{one_more};
    });
    EXPECT_THAT(
        added, Contains("event " + event_.to_string() + ": the number of times seats were added")
    );
    const auto larger = differences_in<SeatsAdded>([&](auto& body) {
        auto block = std::make_shared<SeatBlock>(*body.block);
        block->seats.push_back(one_more->seats.front());
        body.block = std::move(block);
    });
    EXPECT_THAT(
        larger, ElementsAre("the seats from " + office_.seat(event_, 0).to_string() + " on")
    );
}

TEST_F(Comparison, finds_that_an_event_is_missing) {
    const auto newest = office_.create();
    audit_.observe(office_.history().back());
    Inventory inventory;
    for (std::size_t i = 0; i + 1 < office_.history().size(); ++i)
        evolve(inventory, office_.history()[i]);
    EXPECT_THAT(
        compare(audit_, inventory), Contains("event " + newest.to_string() + " is missing")
    );
}

TEST_F(Comparison, finds_an_api_key_that_is_another) {
    const auto wrong = ElementsAre("API key " + key_.to_string());
    EXPECT_THAT(differences_in<ApiKeyCreated>([](auto& body) { body.role = Role::admin; }), wrong);
    EXPECT_THAT(differences_in<ApiKeyCreated>([](auto& body) { body.digest[3] = 1; }), wrong);
    EXPECT_THAT(differences_in<ApiKeyCreated>([](auto& body) { body.created_by = "eve"; }), wrong);
    EXPECT_THAT(differences_in<ApiKeyMoved>([](auto& body) { body.account = "yard"; }), wrong);
    const auto with_another_id = differences_with([](Fact& fact) {
        const ApiKeyId other{Bits128{7, 2}};
        if (auto* made = std::get_if<ApiKeyCreated>(&fact.body)) made->key = other;
        if (auto* moved = std::get_if<ApiKeyMoved>(&fact.body)) moved->key = other;
    });
    EXPECT_THAT(with_another_id, ElementsAre(kOfAKey, "API key " + key_.to_string()));
}

TEST_F(Comparison, finds_whatever_has_happened_to_a_ticket_otherwise) {
    const auto ticket = [&](int number) {
        return "ticket " + std::to_string(number) + " of " + name(ann_);
    };
    EXPECT_THAT(
        differences_in<TicketReissued>([](auto& body) { body.holder = "eve"; }),
        ElementsAre(ticket(1))
    );
    EXPECT_THAT(
        differences_in<TicketScanned>([](auto& body) { body.scan.gate = "East"; }),
        ElementsAre(ticket(2))
    );
    EXPECT_THAT(
        differences_in<TicketScanned>([](auto& body) { body.scan.at -= 1ms; }),
        ElementsAre(ticket(2))
    );
    const auto elsewhere =
        differences_in<TicketScanned>([](auto& body) { body.ticket.number = 1; });
    EXPECT_THAT(
        elsewhere,
        testing::UnorderedElementsAre(
            "the number of tickets to which something has happened", ticket(1), ticket(2)
        )
    );
    EXPECT_THAT(
        differences_in<TicketReissued>([](auto& body) { ++body.request->key.lo; }),
        ElementsAre(kOfAKey)
    );
}

TEST_F(Comparison, finds_that_another_request_is_kept_or_none) {
    const auto with_request = [&](auto change) {
        return differences_in<ApiKeyCreated>([&](auto& body) { change(body.request); });
    };
    const auto wrong = ElementsAre(kOfAKey);
    EXPECT_THAT(with_request([](auto& request) { ++request->key.lo; }), wrong);
    EXPECT_THAT(with_request([](auto& request) { ++request->content.hi; }), wrong);
    EXPECT_THAT(with_request([](auto& request) { request.reset(); }), wrong);
}

TEST_F(Comparison, finds_that_a_request_is_kept_with_what_another_made) {
    const auto extensions = [&](ReservationExtended& body) {
        const bool is_dans = body.reservation == dan_.id;
        body.request.reset();
        if (!is_dans) body.request = {.key = {8, 3}, .content = {8, 4}};
    };
    EXPECT_THAT(differences_in<ReservationExtended>(extensions), ElementsAre(kOfAKey));
    const auto as_a_members = [](Fact& fact) {
        const RequestMark mark{.key = {8, 1}, .content = {8, 2}};
        if (auto* made = std::get_if<ApiKeyCreated>(&fact.body)) made->request.reset();
        if (auto* added = std::get_if<MemberAdded>(&fact.body)) added->request = mark;
    };
    EXPECT_THAT(differences_with(as_a_members), ElementsAre(kOfAKey));
}

TEST_F(Comparison, finds_that_facts_are_missing) {
    Inventory inventory;
    for (std::size_t i = 0; i + 1 < office_.history().size(); ++i)
        evolve(inventory, office_.history()[i]);
    EXPECT_THAT(compare(audit_, inventory), Contains("the newest fact"));
}

}  // namespace
}  // namespace frontrow::domain
