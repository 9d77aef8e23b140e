#pragma once

#include "http/context.h"

namespace frontrow::http::handlers {

// One function per route: reads the request from the context, awaits the store, and leaves the
// answer in the context.

using store::Awaitable;

Awaitable<void> create_event(Context& context);
Awaitable<void> list_events(Context& context);
Awaitable<void> get_event(Context& context);
Awaitable<void> update_event(Context& context);
Awaitable<void> cancel_event(Context& context);
Awaitable<void> delete_event(Context& context);
Awaitable<void> change_sale(Context& context);

Awaitable<void> add_member(Context& context);
Awaitable<void> list_members(Context& context);
Awaitable<void> remove_member(Context& context);

Awaitable<void> list_acts(Context& context);

Awaitable<void> add_category(Context& context);
Awaitable<void> list_categories(Context& context);
Awaitable<void> change_category(Context& context);

Awaitable<void> add_allocation(Context& context);
Awaitable<void> list_allocations(Context& context);
Awaitable<void> change_allocation(Context& context);
Awaitable<void> end_allocation(Context& context);

Awaitable<void> create_seat(Context& context);
Awaitable<void> create_seats(Context& context);
Awaitable<void> list_seats(Context& context);
Awaitable<void> get_seat(Context& context);
Awaitable<void> count_available_seats(Context& context);
Awaitable<void> get_availability(Context& context);
Awaitable<void> get_seat_map(Context& context);
Awaitable<void> list_sections(Context& context);

Awaitable<void> create_reservation(Context& context);
Awaitable<void> get_reservation(Context& context);
Awaitable<void> list_reservations(Context& context);
Awaitable<void> list_user_reservations(Context& context);
Awaitable<void> confirm_reservation(Context& context);
Awaitable<void> cancel_reservation(Context& context);
Awaitable<void> extend_reservation(Context& context);
Awaitable<void> change_reservation(Context& context);

Awaitable<void> create_order(Context& context);
Awaitable<void> list_orders(Context& context);
Awaitable<void> get_order(Context& context);
Awaitable<void> start_payment(Context& context);
Awaitable<void> refund_order(Context& context);
Awaitable<void> settle_by_hand(Context& context);
Awaitable<void> list_event_orders(Context& context);
Awaitable<void> export_event_orders(Context& context);
Awaitable<void> export_attendees(Context& context);
Awaitable<void> get_sales(Context& context);
Awaitable<void> sell_at_box_office(Context& context);
Awaitable<void> take_payment_notice(Context& context);

Awaitable<void> list_reservation_tickets(Context& context);
Awaitable<void> list_tickets(Context& context);
Awaitable<void> get_ticket(Context& context);
Awaitable<void> set_ticket_holder(Context& context);
Awaitable<void> get_ticket_svg(Context& context);
Awaitable<void> get_ticket_png(Context& context);
Awaitable<void> transfer_ticket(Context& context);
Awaitable<void> reissue_ticket(Context& context);
Awaitable<void> reinstate_ticket(Context& context);
Awaitable<void> get_ticket_keys(Context& context);
Awaitable<void> check_in(Context& context);
Awaitable<void> check_in_batch(Context& context);
Awaitable<void> count_check_ins(Context& context);

Awaitable<void> create_device(Context& context);
Awaitable<void> list_devices(Context& context);
Awaitable<void> remove_device(Context& context);
Awaitable<void> pair_device(Context& context);

Awaitable<void> create_session(Context& context);
Awaitable<void> hand_over_session(Context& context);
Awaitable<void> get_me(Context& context);

Awaitable<void> get_personal_data(Context& context);
Awaitable<void> erase_personal_data(Context& context);

Awaitable<void> create_api_key(Context& context);
Awaitable<void> list_api_keys(Context& context);
Awaitable<void> move_api_key(Context& context);
Awaitable<void> revoke_api_key(Context& context);

Awaitable<void> list_facts(Context& context);

Awaitable<void> get_refused_request(Context& context);

Awaitable<void> health(Context& context);
Awaitable<void> livez(Context& context);
Awaitable<void> readyz(Context& context);
Awaitable<void> metrics(Context& context);
Awaitable<void> openapi_as_yaml(Context& context);
Awaitable<void> openapi_as_json(Context& context);
Awaitable<void> swagger(Context& context);
Awaitable<void> swagger_file(Context& context);

}  // namespace frontrow::http::handlers
