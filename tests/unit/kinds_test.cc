#include "domain/command_traits.h"
#include "domain/event.h"
#include "domain/member.h"
#include "domain/role.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <set>
#include <string_view>
#include <variant>

namespace frontrow::domain {
namespace {

TEST(Commands, that_only_end_or_settle_something_go_on_when_room_runs_out) {
    const struct {
        Command command;
        bool takes_on_more;
    } rows[] = {
        {CreateEvent{}, true},
        {UpdateEvent{}, true},
        {DeleteEvent{}, false},
        {AddSeats{}, true},
        {CheckSeats{}, false},
        {ReserveSeats{.seats = {SeatId{}}}, true},
        {ConfirmReservation{}, false},
        {CancelReservation{}, false},
        {ExtendReservation{}, false},
        {ExpireHolds{}, false},
        {CreateApiKey{}, true},
        {RevokeApiKey{}, false},
        {RaiseFormat{}, false},
        {ChangeSale{.action = SaleAction::pause}, false},
        {ChangeSale{.action = SaleAction::end}, false},
        {ChangeSale{.action = SaleAction::open}, true},
        {ChangeSale{.action = SaleAction::pause, .request = RequestMark{}}, true},
        {MoveApiKey{}, true},
        {AddMember{}, true},
        {RemoveMember{}, false},
        {AddCategory{}, true},
        {ChangeCategory{}, true},
        {ChangeReservation{.add_seats = {SeatId{}}}, true},
        {ChangeReservation{.add_items = {{"Floor", 1}}}, true},
        {ChangeReservation{.remove_seats = {SeatId{}}}, false},
        {ChangeReservation{.remove_seats = {SeatId{}}, .request = RequestMark{}}, true},
        {AddAllocation{}, true},
        {ChangeAllocation{}, true},
        {EndAllocation{}, false},
        {PlaceOrder{}, true},
        {StartPayment{}, false},
        {NotePayment{}, false},
        {RefundOrder{}, false},
        {NoteRefund{}, false},
        {SellAtBoxOffice{}, true},
        {CancelEvent{}, false},
        {CancelEvent{.request = RequestMark{}}, true},
        {CheckInTickets{}, false},
        {ReinstateTicket{}, false},
        {ReinstateTicket{.request = RequestMark{}}, true},
        {TransferTicket{}, true},
        {ReissueTicket{}, true},
    };
    std::set<std::size_t> kinds;
    for (const auto& row : rows) {
        const auto kind = row.command.index();
        kinds.insert(kind);
        EXPECT_EQ(traits_of(row.command).takes_on_more, row.takes_on_more) << kind;
        const auto* const reserves = std::get_if<ReserveSeats>(&row.command);
        EXPECT_EQ(traits_of(row.command).contended, reserves) << kind;
    }
    EXPECT_EQ(kinds.size(), std::variant_size_v<Command>);
}

TEST(Commands, that_name_no_seat_compete_for_none) {
    EXPECT_EQ(traits_of(ReserveSeats{.items = {{"Floor", 2}}}).contended, nullptr);
    EXPECT_EQ(traits_of(ReserveSeats{.best = BestWish{.quantity = 2}}).contended, nullptr);
}

// A rush moves commands and facts about reservations through queues, and no rarer kind may make
// them larger.
static_assert(sizeof(Command) <= sizeof(ReserveSeats) + alignof(ReserveSeats));
static_assert(sizeof(FactBody) <= sizeof(ReservationChanged) + alignof(ReservationChanged));

/// The choices must be listed in the order of their values, so that none is left out.
template <class Choice>
void expect_each_has_a_name_of_its_own(Choice any) {
    std::set<std::string_view> names;
    const auto all = choices(any);
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i], static_cast<Choice>(i));
        EXPECT_FALSE(name_of(all[i]).empty());
        names.insert(name_of(all[i]));
    }
    EXPECT_EQ(names.size(), all.size());
}

TEST(Choices, have_a_name_each) {
    expect_each_has_a_name_of_its_own(PaymentRule{});
    expect_each_has_a_name_of_its_own(SeatPreference{});
    expect_each_has_a_name_of_its_own(SaleAction{});
    expect_each_has_a_name_of_its_own(MemberRole{});
    expect_each_has_a_name_of_its_own(Role{});
    expect_each_has_a_name_of_its_own(SaleState{});
    expect_each_has_a_name_of_its_own(PaymentMethod{});
    expect_each_has_a_name_of_its_own(RefundReason{});
    expect_each_has_a_name_of_its_own(OrderStatus{});
    expect_each_has_a_name_of_its_own(TicketStatus{});
}

}  // namespace
}  // namespace frontrow::domain
