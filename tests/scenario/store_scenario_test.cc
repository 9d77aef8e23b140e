#include "scenario/store_scenario.h"

#include "support/figure_of.h"
#include "support/seed.h"

#include <algorithm>
#include <memory>
#include <random>
#include <tuple>

namespace frontrow::test {
namespace {

using domain::SeatStatus;
using std::chrono::hours;
using std::chrono::seconds;

TEST_P(StoreScenario, reads_what_was_written) {
    const auto event = open_sale(10);
    const auto held = accepted(request(event, "ann", 0, 2));
    const auto sold = accepted(request(event, "ann", 2, 3));
    accepted(domain::ConfirmReservation{sold.id, "ann"});

    EXPECT_EQ(world_->read(store().read(domain::read_event, event))->id, event);
    EXPECT_EQ(
        world_->read(store().read(domain::read_counts, event)),
        (domain::SeatCounts{.total = 10, .reserved = 2, .confirmed = 3})
    );
    EXPECT_EQ(status_of(seat(1)), SeatStatus::reserved);
    EXPECT_EQ(status_of(seat(2)), SeatStatus::confirmed);
    EXPECT_EQ(status_of(seat(5)), SeatStatus::available);
    EXPECT_EQ(world_->read(store().read(domain::read_reservation, held.id, "ann")), held);
    EXPECT_EQ(status_of(sold), Status::confirmed);
    const auto list = list_seats(event);
    EXPECT_EQ(count_seats(list, SeatStatus::available), 5);
    EXPECT_EQ(count_seats(list, SeatStatus::reserved), 2);
    EXPECT_EQ(count_seats(list, SeatStatus::confirmed), 3);
    EXPECT_EQ(letters(event), "rrcccaaaaa");
    EXPECT_EQ(figure_of(store(), "active_reservations", "pending"), 1);
    EXPECT_EQ(figure_of(store(), "active_reservations", "confirmed"), 1);

    accepted(domain::CancelReservation{held.id, "ann"});
    EXPECT_EQ(available(event), 7);
    EXPECT_EQ(status_of(seat(1)), SeatStatus::available);
    EXPECT_EQ(status_of(held), Status::cancelled);
}

TEST_P(StoreScenario, has_nothing_where_nothing_is) {
    const auto event = open_sale(2);
    const auto other = world_->sale().create_event().event;
    EXPECT_FALSE(world_->read(store().read(domain::read_event, other)));
    EXPECT_FALSE(world_->read(store().read(domain::read_counts, other)));
    EXPECT_FALSE(world_->read(store().list_seats(other, false, {.limit = 9})));
    EXPECT_FALSE(world_->read(store().seat_map(other)));
    EXPECT_FALSE(world_->read(store().read(domain::read_seat, seat(2))));
    EXPECT_FALSE(world_->read(store().read(domain::read_reservation, ReservationId{}, "ann")));
    EXPECT_TRUE(
        world_->read(store().read(domain::read_reservations, "nobody", domain::Page{.limit = 9}))
            .empty()
    );
    EXPECT_TRUE(execute(world_->sale().delete_event(event)).value());
    EXPECT_FALSE(world_->read(store().read(domain::read_event, event)));
    EXPECT_FALSE(world_->read(store().read(domain::read_seat, seat(0))));
    EXPECT_TRUE(world_->read(store().read(domain::read_events, domain::Page{.limit = 9})).empty());
}

TEST_P(StoreScenario, names_the_first_of_the_seat_numbers_that_are_taken) {
    const auto event = open_sale(4);
    auto again = world_->sale().add_seats(event, "A", 4);
    auto block = std::make_shared<domain::SeatBlock>(*again.block);
    std::ranges::reverse(block->seats);
    again.block = block;
    const auto answer = execute(again);
    ASSERT_TRUE(answer);
    ASSERT_FALSE(*answer);
    EXPECT_EQ(answer->error().reason, domain::Reason::seat_number_taken);
    EXPECT_EQ(answer->error().subject, block->seats.front().number);
}

TEST_P(StoreScenario, has_one_seat_map_for_all_who_ask_until_something_changes) {
    const auto event = open_sale(3);
    const auto other = world_->sale().create_event();
    ASSERT_TRUE(execute(other).value());
    const auto first = seat_map(event);
    EXPECT_EQ(seat_map(event), first);
    ASSERT_TRUE(execute(world_->sale().delete_event(other.event)).value());
    EXPECT_EQ(seat_map(event), first);

    const auto held = accepted(request(event, "ann", 1));
    const auto second = seat_map(event);
    EXPECT_NE(second->version, first->version);
    EXPECT_EQ(second->blocks, first->blocks);
    EXPECT_EQ(letters(event), "ara");
    EXPECT_EQ(first->statuses, (std::vector<SeatStatus>(3, SeatStatus::available)));
    EXPECT_EQ(seat_map(event), second);

    accepted(domain::ExtendReservation{held.id, "ann", seconds{60}});
    world_->move_clock(world_->sale().spec().hold);
    EXPECT_EQ(letters(event), "ara");
    world_->move_clock(seconds{60});
    EXPECT_EQ(letters(event), "aaa");
    EXPECT_NE(seat_map(event)->version, second->version);
    accepted(request(event, "bob", 1));
    EXPECT_EQ(letters(event), "ara");
}

TEST_P(StoreScenario, shows_a_reservation_to_its_owner_alone) {
    const auto event = open_sale(2);
    const auto anns = accepted(request(event, "ann", 0));
    EXPECT_FALSE(world_->read(store().read(domain::read_reservation, anns.id, "bob")));
    EXPECT_TRUE(world_
                    ->read(store().read(domain::read_reservations, "bob", domain::Page{.limit = 9}))
                    .empty());
    const auto reason = refused(domain::ConfirmReservation{anns.id, "bob"});
    EXPECT_EQ(reason, Reason::reservation_not_found);
    EXPECT_EQ(status_of(anns), Status::pending);
}

TEST_P(StoreScenario, lists_in_order_and_by_pages) {
    auto spec = world_->sale().spec();
    std::vector<EventId> events;
    for (const int day : {2, 3, 1}) {
        spec.start_at = world_->sale().spec().start_at + std::chrono::days{day};
        spec.end_at = spec.start_at + hours{2};
        events.push_back(open_sale(5, spec));
    }
    const auto listed =
        world_->read(store().read(domain::read_events, domain::Page{.limit = 2, .offset = 1}));
    ASSERT_EQ(listed.size(), 2);
    EXPECT_EQ(listed[0].id, events[0]);
    EXPECT_EQ(listed[1].id, events[2]);

    std::vector<domain::Reservation> made;
    for (std::uint64_t i = 0; i < 4; ++i)
        made.push_back(accepted(request(events[2], "ann", i)));
    const auto mine = world_->read(
        store().read(domain::read_reservations, "ann", domain::Page{.limit = 2, .offset = 1})
    );
    EXPECT_EQ(mine, (std::vector{made[2], made[1]}));

    const auto free = world_->read(store().list_seats(events[2], true, {.limit = 9})).value();
    ASSERT_EQ(free.runs.size(), 1);
    EXPECT_EQ(free.runs[0].block->first_id.plus(free.runs[0].first), seat(4));
}

TEST_P(StoreScenario, goes_on_behind_the_last_one_told_of_whatever_was_added_since) {
    using domain::Place;
    const auto& spec = world_->sale().spec();
    const auto event = open_sale(4);
    const auto first = accepted(request(event, "ann", 0));
    const auto second = accepted(request(event, "ann", 1));
    accepted(request(event, "ann", 2));
    const store::Page behind_second{.limit = 9, .after = Place{.id = second.id.bits()}};
    EXPECT_EQ(
        world_->read(store().read(domain::read_reservations, "ann", behind_second)),
        std::vector{first}
    );

    const store::Page behind_third{.limit = 9, .after = Place{.id = seat(2).bits()}};
    const auto seats = world_->read(store().list_seats(event, false, behind_third)).value();
    ASSERT_EQ(seats.runs.size(), 1);
    EXPECT_EQ(seats.runs[0].block->first_id.plus(seats.runs[0].first), seat(3));

    const auto newer = open_sale(1);
    const auto events_behind = [&](EventId last) {
        const Place place{.id = last.bits(), .start_at = spec.start_at};
        return world_->read(
            store().read(domain::read_events, domain::Page{.limit = 9, .after = place})
        );
    };
    ASSERT_EQ(events_behind(newer).size(), 1);
    EXPECT_EQ(events_behind(newer)[0].id, event);
    EXPECT_TRUE(events_behind(event).empty());
}

TEST_P(StoreScenario, makes_one_reservation_of_the_same_request_however_often_at_once) {
    const auto event = open_sale(10);
    auto same = request(event, "ann", 0, 2);
    std::vector<Started<Answer>> answers;
    for (int i = 0; i < 50; ++i) {
        same.reservation = world_->sale().reserve(event, "ann", {}).reservation;
        answers.push_back(world_->start(same));
    }
    const auto first = accepted(answers.front().get());
    int replayed = 0;
    for (std::size_t i = 1; i < answers.size(); ++i) {
        const auto answer = answers[i].get();
        EXPECT_EQ(accepted(answer), first);
        replayed += answer.value()->replayed ? 1 : 0;
    }
    EXPECT_EQ(replayed, 49);
    EXPECT_EQ(available(event), 8);
    EXPECT_EQ(
        world_->read(store().read(domain::read_reservations, "ann", domain::Page{.limit = 9}))
            .size(),
        1
    );
}

TEST_P(StoreScenario, refuses_a_key_that_comes_with_another_request) {
    const auto event = open_sale(10);
    const auto first = request(event, "ann", 0);
    const auto reservation = accepted(first);
    auto other = request(event, "ann", 1);
    other.request = {.key = first.request.key, .content = {1, 2}};
    EXPECT_EQ(refused(other), Reason::idempotency_key_reused);
    EXPECT_EQ(available(event), 9);
    EXPECT_EQ(status_of(reservation), Status::pending);
}

TEST_P(StoreScenario, takes_the_same_seats_in_another_order_for_the_same_request) {
    const auto event = open_sale(10);
    auto wish = request(event, "ann", 0, 3);
    const auto made = accepted(wish);
    std::ranges::reverse(wish.seats);
    wish.request.content = {1, 2};
    for (const auto status : {Status::pending, Status::confirmed}) {
        const auto again = execute(wish).value();
        ASSERT_TRUE(again && again->replayed);
        EXPECT_EQ(std::get<domain::Reservation>(again->entity), made);
        EXPECT_EQ(again->status_now, status);
        accepted(domain::ConfirmReservation{made.id, "ann"});
        world_->restart();
    }
    EXPECT_EQ(available(event), 7);
}

TEST_P(StoreScenario, lets_a_refused_key_be_tried_again) {
    const auto event = open_sale(2);
    const auto anns = accepted(request(event, "ann", 0));
    const auto bobs = request(event, "bob", 0, 2);
    EXPECT_EQ(refused(bobs), Reason::seats_unavailable);
    accepted(domain::CancelReservation{anns.id, "ann"});
    EXPECT_EQ(accepted(bobs).status, Status::pending);
}

TEST_P(StoreScenario, makes_one_event_of_the_same_request_however_often_at_once_or_later) {
    auto same = world_->sale().create_event();
    same.request = {.key = {6, 1}, .content = {6, 2}};
    std::vector<Started<Answer>> started;
    for (int i = 0; i < 20; ++i) {
        same.event = world_->sale().create_event().event;
        started.push_back(world_->start(same));
    }
    std::vector<Answer> answers;
    for (auto& one : started)
        answers.push_back(one.get());
    const auto first = std::get<domain::Event>(answers.front().value().value().entity);
    EXPECT_TRUE(execute(world_->sale().delete_event(first.id)).value());
    answers.push_back(execute(same));
    world_->restart();
    answers.push_back(execute(same));
    int replayed = 0;
    for (const auto& answer : answers) {
        EXPECT_EQ(std::get<domain::Event>(answer.value().value().entity), first);
        replayed += answer.value()->replayed ? 1 : 0;
    }
    EXPECT_EQ(replayed, 21);
    EXPECT_TRUE(world_->read(store().read(domain::read_events, domain::Page{.limit = 9})).empty());
    same.request->content = {6, 3};
    EXPECT_EQ(refused(same), Reason::idempotency_key_reused);
}

TEST_P(StoreScenario, gives_overlapping_wishes_that_arrive_together_to_one_buyer_each) {
    const auto event = open_sale(40);
    std::vector<Started<Answer>> answers;
    for (std::uint64_t i = 0; i + 2 <= 40; ++i)
        answers.push_back(world_->start(request(event, "buyer-" + std::to_string(i), i, 2)));
    domain::SeatIds taken;
    for (auto& one : answers) {
        const auto answer = one.get();
        ASSERT_TRUE(answer);
        if (!*answer) {
            EXPECT_EQ(answer->error().reason, Reason::seats_unavailable);
            continue;
        }
        std::ranges::copy(accepted(answer).seats, std::back_inserter(taken));
    }
    std::ranges::sort(taken);
    EXPECT_EQ(std::ranges::adjacent_find(taken), taken.end());
    EXPECT_EQ(available(event), 40 - taken.size());
}

TEST_P(StoreScenario, frees_a_hold_the_instant_it_runs_out) {
    const auto event = open_sale(3);
    const auto anns = accepted(request(event, "ann", 0, 2));
    world_->move_clock(anns.expires_at - anns.created_at - Millis{1});
    EXPECT_EQ(available(event), 1);
    EXPECT_EQ(refused(request(event, "bob", 1)), Reason::seats_unavailable);

    world_->move_clock(Millis{1});
    EXPECT_EQ(status_of(seat(1)), SeatStatus::available);
    EXPECT_EQ(status_of(anns), Status::expired);
    EXPECT_EQ(count_seats(list_seats(event, true), SeatStatus::available), 3);
    EXPECT_EQ(available(event), 3);
    EXPECT_EQ(refused(domain::ConfirmReservation{anns.id, "ann"}), Reason::hold_expired);
    const auto bobs = accepted(request(event, "bob", 1));
    EXPECT_EQ(status_of(bobs), Status::pending);
    EXPECT_EQ(refused(domain::CancelReservation{anns.id, "ann"}), Reason::hold_expired);
    EXPECT_EQ(status_of(seat(1)), SeatStatus::reserved);
    EXPECT_EQ(available(event), 2);
}

TEST_P(StoreScenario, gives_a_seat_whose_hold_ran_out_to_the_next_buyer_without_being_asked_first) {
    const auto event = open_sale(1);
    for (int i = 0; i < 5; ++i) {
        const auto held = accepted(request(event, "buyer-" + std::to_string(i), 0));
        world_->move_clock(held.expires_at - held.created_at);
    }
    EXPECT_EQ(figure_of(store(), "active_reservations", "confirmed"), 0);
    EXPECT_EQ(available(event), 1);
}

TEST_P(StoreScenario, brings_nothing_back_when_the_clock_steps_backwards) {
    const auto event = open_sale(3);
    const auto anns = accepted(request(event, "ann", 0));
    world_->move_clock(hours{1});
    EXPECT_EQ(status_of(seat(0)), SeatStatus::available);
    const auto time = store().now();

    world_->move_clock(-hours{2});
    EXPECT_GE(store().now(), time);
    EXPECT_EQ(status_of(seat(0)), SeatStatus::available);
    EXPECT_EQ(available(event), 3);
    EXPECT_EQ(refused(domain::ConfirmReservation{anns.id, "ann"}), Reason::hold_expired);
    const auto bobs = accepted(request(event, "bob", 0));
    EXPECT_GE(bobs.created_at, anns.expires_at);

    world_->restart();
    EXPECT_EQ(status_of(anns), Status::expired);
    EXPECT_EQ(status_of(bobs), Status::pending);
    EXPECT_EQ(refused(request(event, "ann", 0)), Reason::seats_unavailable);
}

TEST_P(StoreScenario, still_shows_and_replays_what_ended_in_an_event_that_was_deleted) {
    const auto event = open_sale(4);
    EXPECT_TRUE(execute(world_->sale().add_seats(event, "B", 3)).value());
    const auto second = open_sale(2);
    const auto wish = request(second, "ann", 0, 2);
    const auto made = accepted(wish);
    accepted(domain::CancelReservation{made.id, "ann"});
    const auto late_wish = request(second, "bob", 1);
    const auto late = accepted(late_wish);
    world_->move_clock(late.expires_at - late.created_at);
    EXPECT_TRUE(execute(world_->sale().delete_event(second)).value());
    for (int starts = 0; starts < 4; ++starts) {
        const auto of_ann =
            world_->read(store().read(domain::read_reservation, made.id, "ann")).value();
        EXPECT_EQ(of_ann.status, Status::cancelled);
        EXPECT_EQ(of_ann.event, second);
        EXPECT_EQ(of_ann.seats, made.seats);
        EXPECT_EQ(of_ann.total_amount, made.total_amount);
        EXPECT_EQ(status_of(late), Status::expired);
        EXPECT_EQ(
            world_->read(store().read(domain::read_reservations, "ann", domain::Page{.limit = 9}))
                .size(),
            1
        );
        for (const auto& [asked, answered, status] :
             {std::tuple{wish, made, Status::cancelled}, {late_wish, late, Status::expired}}) {
            const auto again = execute(asked).value();
            ASSERT_TRUE(again && again->replayed);
            EXPECT_EQ(std::get<domain::Reservation>(again->entity), answered);
            EXPECT_EQ(again->status_now, status);
        }
        EXPECT_EQ(refused(request(second, "cid", 0)), Reason::event_not_found);
        EXPECT_FALSE(world_->read(store().read(domain::read_seat, made.seats.front())));
        EXPECT_FALSE(world_->read(store().seat_map(second)));
        EXPECT_EQ(available(event), 7);
        world_->restart();
    }
}

TEST_P(StoreScenario, knows_after_a_restart_all_that_it_knew_before) {
    const auto seed = seed_of_this_run();
    std::mt19937_64 random{seed};
    const auto event = open_sale(60);
    const auto first_seat = first_seat_;
    const auto gone = open_sale(3);
    EXPECT_TRUE(execute(world_->sale().delete_event(gone)).value());
    first_seat_ = first_seat;
    std::vector<domain::ReserveSeats> requests;
    std::vector<std::pair<domain::ReserveSeats, domain::Reservation>> made;
    for (int i = 0; i < 200; ++i) {
        world_->move_clock(Millis{random() % 30'000});
        const auto user = "buyer-" + std::to_string(random() % 4);
        if (random() % 3 > 0 || made.empty()) {
            const auto wish = request(event, user, random() % 58, 1 + random() % 3);
            const auto answer = execute(wish);
            if (answer.value()) made.emplace_back(wish, accepted(answer));
            continue;
        }
        const auto& [wish, reservation] = made[random() % made.size()];
        if (random() % 2 == 0) {
            ASSERT_TRUE(execute(domain::ConfirmReservation{reservation.id, wish.user}));
        } else {
            ASSERT_TRUE(execute(domain::CancelReservation{reservation.id, wish.user}));
        }
    }
    auto spec = world_->sale().spec();
    spec.name = "Spring concert";
    EXPECT_TRUE(execute(world_->sale().update_event(event, spec)).value());
    const std::vector<std::string> users{"buyer-0", "buyer-1", "buyer-2", "buyer-3"};
    const auto before = all_reads({event, gone}, users);
    for (int i = 0; i < 2; ++i) {
        world_->restart();
        EXPECT_EQ(all_reads({event, gone}, users), before);
    }
    for (const auto& [wish, reservation] : made) {
        const auto again = execute(wish);
        EXPECT_EQ(accepted(again), reservation);
        EXPECT_TRUE(again.value()->replayed);
    }
    EXPECT_EQ(all_reads({event, gone}, users), before);
}

TEST_P(StoreScenario, remembers_a_key_for_a_day_over_a_restart) {
    const auto event = open_sale(3);
    const auto wish = request(event, "ann", 0);
    const auto first = accepted(wish);
    world_->move_clock(hours{24} - Millis{1});
    world_->restart();
    EXPECT_EQ(accepted(wish), first);
    world_->move_clock(Millis{1});
    auto anew = wish;
    anew.reservation = request(event, "ann", 0).reservation;
    EXPECT_NE(accepted(anew).id, first.id);
}

TEST_P(StoreScenario, shows_what_ended_for_a_day_and_sells_on_over_restarts) {
    const auto event = open_sale(9);
    const auto bought = accepted(request(event, "ann", 8));
    accepted(domain::ConfirmReservation{bought.id, "ann"});
    for (int day = 0; day < 3; ++day) {
        const auto user = "buyer-" + std::to_string(day);
        const auto given_up = accepted(request(event, user, 0, 2));
        accepted(domain::CancelReservation{given_up.id, user});
        const auto left_alone = accepted(request(event, user, 4, 3));
        const auto ended = left_alone.expires_at - left_alone.created_at;
        world_->move_clock(hours{24} - Millis{1});
        EXPECT_EQ(status_of(given_up), Status::cancelled);
        EXPECT_EQ(status_of(left_alone), Status::expired);
        world_->move_clock(ended + Millis{1});
        world_->restart();
        const auto shown = [&](const domain::Reservation& of) {
            return world_->read(store().read(domain::read_reservation, of.id, user)).has_value();
        };
        EXPECT_FALSE(shown(given_up) || shown(left_alone));
        EXPECT_EQ(
            world_->read(store().read(domain::read_reservations, user, domain::Page{.limit = 9}))
                .size(),
            0
        );
        EXPECT_EQ(
            refused(domain::CancelReservation{given_up.id, user}), Reason::reservation_not_found
        );
        EXPECT_EQ(available(event), 8);
    }
    EXPECT_EQ(status_of(bought), Status::confirmed);
    EXPECT_EQ(
        world_->read(store().read(domain::read_reservations, "ann", domain::Page{.limit = 9}))
            .size(),
        1
    );
}

TEST_P(StoreScenario, counts_right_at_once_when_a_crowd_of_holds_runs_out_together) {
    // A store that takes row locks refuses a request after five seconds.
    const std::size_t holds = GetParam().decides_at_once ? 20'000 : 10'000;
    const std::size_t at_once = GetParam().decides_at_once ? 5'000 : 500;
    const auto event = open_sale(holds);
    const auto sold = accepted(request(event, "ann", 0, 10));
    accepted(domain::ConfirmReservation{sold.id, "ann"});
    std::vector<Started<Answer>> answers;
    for (std::uint64_t i = 10; i < holds; ++i) {
        answers.push_back(world_->start(request(event, "buyer-" + std::to_string(i % 500), i)));
        if (answers.size() < at_once && i + 1 < holds) continue;
        for (auto& one : answers)
            ASSERT_TRUE(one.get().value());
        answers.clear();
    }
    EXPECT_EQ(available(event), 0);

    world_->move_clock(world_->sale().spec().hold);
    auto count = start(world_->io(), store().read(domain::read_counts, event));
    auto list = start(world_->io(), store().list_seats(event, false, {.limit = holds}));
    for (std::uint64_t i = 0; i < 20; ++i)
        answers.push_back(world_->start(request(event, "late", 10 + holds / 21 * i)));
    auto list_after = start(world_->io(), store().list_seats(event, false, {.limit = holds}));
    const auto free = holds - 10;
    const auto counted = count.get().value()->available();
    EXPECT_LE(counted, free);
    EXPECT_GE(counted, free - 20);
    // Both were read while the 20 requests were under way.
    for (auto* asked : {&list, &list_after}) {
        const auto listed = count_seats(*asked->get().value(), SeatStatus::available);
        EXPECT_LE(listed, free);
        EXPECT_GE(listed, free - 20);
    }
    for (auto& one : answers)
        EXPECT_TRUE(one.get().value());
    EXPECT_EQ(available(event), free - 20);
    EXPECT_EQ(std::ranges::count(letters(event), 'a'), free - 20);
    EXPECT_EQ(figure_of(store(), "active_reservations", "pending"), 20);
    EXPECT_EQ(figure_of(store(), "active_reservations", "confirmed"), 1);
}

INSTANTIATE_TEST_SUITE_P(
    Stores,
    StoreScenario,
    testing::ValuesIn(store_kinds()),
    [](const auto& info) { return info.param.name; }
);

}  // namespace
}  // namespace frontrow::test
