#include "http/handlers/routes.h"

#include "http/handlers/handlers.h"

namespace frontrow::http {
namespace {

using enum Access;
using enum Method;
using enum Weight;

/// Probes and Prometheus query a node directly; a well-known path is the host's.
constexpr bool kAlsoAtRoot = true;

// The routes of a sale come first, because the router searches in this order.
constexpr Route kRoutes[] = {
    {post, "/api/v1/reservations", user, BodyKind::json, handlers::create_reservation},
    {get,
     "/api/v1/events/{id}/seats/available/count",
     anyone,
     BodyKind::none,
     handlers::count_available_seats},
    {post, "/api/v1/reservations/{id}/confirm", user, BodyKind::json, handlers::confirm_reservation
    },
    {get, "/api/v1/reservations/{id}", user, BodyKind::none, handlers::get_reservation},
    {get, "/api/v1/reservations", user, BodyKind::none, handlers::list_reservations, heavy},
    {post, "/api/v1/reservations/{id}/cancel", user, BodyKind::none, handlers::cancel_reservation},
    {post, "/api/v1/reservations/{id}/extend", user, BodyKind::json, handlers::extend_reservation},
    {patch, "/api/v1/reservations/{id}", user, BodyKind::json, handlers::change_reservation},
    {get,
     "/api/v1/users/{id}/reservations",
     user,
     BodyKind::none,
     handlers::list_user_reservations,
     heavy},

    {post, "/api/v1/orders", user, BodyKind::json, handlers::create_order},
    {post, "/api/v1/orders/{id}/payments", user, BodyKind::json, handlers::start_payment},
    {get, "/api/v1/orders/{id}", user, BodyKind::none, handlers::get_order},
    {get, "/api/v1/orders", user, BodyKind::none, handlers::list_orders, heavy},

    {get, "/api/v1/events", anyone, BodyKind::none, handlers::list_events, heavy},
    {get, "/api/v1/events/{id}", anyone, BodyKind::none, handlers::get_event},
    {post, "/api/v1/events", organizer, BodyKind::long_json, handlers::create_event},
    {put, "/api/v1/events/{id}", organizer, BodyKind::long_json, handlers::update_event},
    {post, "/api/v1/events/{id}/sale", organizer, BodyKind::json, handlers::change_sale},
    {delete_, "/api/v1/events/{id}", organizer, BodyKind::none, handlers::delete_event},

    {post, "/api/v1/events/{id}/members", organizer, BodyKind::json, handlers::add_member},
    {get, "/api/v1/events/{id}/members", organizer, BodyKind::none, handlers::list_members, heavy},
    {delete_, "/api/v1/events/{id}/members", organizer, BodyKind::none, handlers::remove_member},

    {post,
     "/api/v1/events/{id}/ticket-categories",
     organizer,
     BodyKind::json,
     handlers::add_category},
    {get, "/api/v1/events/{id}/ticket-categories", anyone, BodyKind::none, handlers::list_categories
    },
    {put,
     "/api/v1/events/{id}/ticket-categories/{name}",
     organizer,
     BodyKind::json,
     handlers::change_category},

    {post,
     "/api/v1/events/{id}/allocations",
     organizer,
     BodyKind::allocation,
     handlers::add_allocation},
    {get, "/api/v1/events/{id}/allocations", organizer, BodyKind::none, handlers::list_allocations},
    {patch,
     "/api/v1/events/{id}/allocations/{name}",
     organizer,
     BodyKind::allocation,
     handlers::change_allocation},
    {delete_,
     "/api/v1/events/{id}/allocations/{name}",
     organizer,
     BodyKind::none,
     handlers::end_allocation},

    {get, "/api/v1/events/{id}/seats", anyone, BodyKind::none, handlers::list_seats},
    {get, "/api/v1/events/{id}/seatmap", anyone, BodyKind::none, handlers::get_seat_map},
    {get, "/api/v1/events/{id}/sections", anyone, BodyKind::none, handlers::list_sections},
    {get, "/api/v1/events/{id}/availability", anyone, BodyKind::none, handlers::get_availability},
    {get, "/api/v1/seats/{id}", anyone, BodyKind::none, handlers::get_seat},
    {post, "/api/v1/events/{id}/seats", organizer, BodyKind::json, handlers::create_seat},
    {post, "/api/v1/events/{id}/seats/bulk", organizer, BodyKind::bulk_seats, handlers::create_seats
    },

    {post, "/api/v1/events/{id}/orders", organizer, BodyKind::json, handlers::sell_at_box_office},
    {get,
     "/api/v1/events/{id}/orders",
     organizer,
     BodyKind::none,
     handlers::list_event_orders,
     heavy},
    {get,
     "/api/v1/events/{id}/orders.csv",
     organizer,
     BodyKind::none,
     handlers::export_event_orders,
     heavy},
    {get, "/api/v1/events/{id}/sales", organizer, BodyKind::none, handlers::get_sales, heavy},
    {get,
     "/api/v1/reservations/{id}/tickets",
     user,
     BodyKind::none,
     handlers::list_reservation_tickets,
     heavy},
    {get, "/api/v1/tickets", user, BodyKind::none, handlers::list_tickets, heavy},
    {post, "/api/v1/tickets/check-in", scanner, BodyKind::json, handlers::check_in},
    {post,
     "/api/v1/tickets/check-in/batch",
     scanner,
     BodyKind::scans,
     handlers::check_in_batch,
     heavy},
    {get, "/api/v1/tickets/{id}.svg", user, BodyKind::none, handlers::get_ticket_svg},
    {get, "/api/v1/tickets/{id}.png", user, BodyKind::none, handlers::get_ticket_png},
    {get, "/api/v1/tickets/{id}", user, BodyKind::none, handlers::get_ticket},
    {post, "/api/v1/tickets/{id}/transfer", user, BodyKind::json, handlers::transfer_ticket},
    {post, "/api/v1/tickets/{id}/reissue", user, BodyKind::none, handlers::reissue_ticket},
    {post, "/api/v1/tickets/{id}/reinstate", organizer, BodyKind::none, handlers::reinstate_ticket},
    {get, "/api/v1/events/{id}/check-ins", scanner, BodyKind::none, handlers::count_check_ins},
    {post, "/api/v1/events/{id}/devices", organizer, BodyKind::json, handlers::create_device},
    {get, "/api/v1/events/{id}/devices", organizer, BodyKind::none, handlers::list_devices, heavy},
    {post, "/api/v1/devices/pair", anyone, BodyKind::json, handlers::pair_device},
    {delete_,
     "/api/v1/events/{id}/devices/{device}",
     organizer,
     BodyKind::none,
     handlers::remove_device},
    {get,
     "/.well-known/frontrow-ticket-keys.json",
     anyone,
     BodyKind::none,
     handlers::get_ticket_keys,
     light,
     kAlsoAtRoot},

    {post, "/api/v1/orders/{id}/refund", organizer, BodyKind::json, handlers::refund_order},
    {post, "/api/v1/orders/{id}/settlement", admin, BodyKind::json, handlers::settle_by_hand},
    {post,
     "/api/v1/payments/notices/{provider}",
     anyone,
     BodyKind::json,
     handlers::take_payment_notice,
     heavy},
    {post, "/api/v1/events/{id}/cancel", organizer, BodyKind::none, handlers::cancel_event},

    {post, "/api/v1/api-keys", admin, BodyKind::json, handlers::create_api_key},
    {get, "/api/v1/api-keys", admin, BodyKind::none, handlers::list_api_keys, heavy},
    {patch, "/api/v1/api-keys/{id}", admin, BodyKind::json, handlers::move_api_key},
    {delete_, "/api/v1/api-keys/{id}", admin, BodyKind::none, handlers::revoke_api_key},
    {get, "/api/v1/facts", admin, BodyKind::none, handlers::list_facts},

    {get, "/health", anyone, BodyKind::none, handlers::health, light, kAlsoAtRoot},
    {get, "/api/v1/health", anyone, BodyKind::none, handlers::health},
    {get, "/livez", anyone, BodyKind::none, handlers::livez, light, kAlsoAtRoot},
    {get, "/readyz", anyone, BodyKind::none, handlers::readyz, light, kAlsoAtRoot},
    {get, "/metrics", anyone, BodyKind::none, handlers::metrics, heavy, kAlsoAtRoot},
    {get, "/api/v1/metrics", anyone, BodyKind::none, handlers::metrics, heavy},
    {get, "/openapi.yaml", anyone, BodyKind::none, handlers::openapi_as_yaml},
    {get, "/openapi.json", anyone, BodyKind::none, handlers::openapi_as_json},
    {get, "/", anyone, BodyKind::none, handlers::swagger},
    {get, "/swagger", anyone, BodyKind::none, handlers::swagger},
    {get, "/swagger/", anyone, BodyKind::none, handlers::swagger},
    {get, "/swagger/{file}", anyone, BodyKind::none, handlers::swagger_file},
};

}  // namespace

std::span<const Route> all_routes() {
    return kRoutes;
}

}  // namespace frontrow::http
