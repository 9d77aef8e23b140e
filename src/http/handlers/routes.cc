#include "http/handlers/routes.h"

#include "http/handlers/handlers.h"

#include <algorithm>
#include <iterator>

namespace frontrow::http {
namespace {

using enum Access;
using enum Method;
using enum Owner;
using enum Weight;

/// Probes and Prometheus query a node directly; a well-known path is the host's.
constexpr bool kAlsoAtRoot = true;

// The routes of a sale come first, because the router searches in this order.
constexpr Route kRoutes[] = {
    {post, "/api/v1/reservations", user, caller, BodyKind::json, handlers::create_reservation, hold
    },
    {get,
     "/api/v1/events/{id}/seats/available/count",
     anyone,
     nobody,
     BodyKind::none,
     handlers::count_available_seats},
    {post,
     "/api/v1/reservations/{id}/confirm",
     user,
     caller,
     BodyKind::json,
     handlers::confirm_reservation},
    {get, "/api/v1/reservations/{id}", user, caller, BodyKind::none, handlers::get_reservation},
    {get, "/api/v1/reservations", user, caller, BodyKind::none, handlers::list_reservations, heavy},
    {post,
     "/api/v1/reservations/{id}/cancel",
     user,
     caller,
     BodyKind::none,
     handlers::cancel_reservation},
    {post,
     "/api/v1/reservations/{id}/extend",
     user,
     caller,
     BodyKind::json,
     handlers::extend_reservation,
     hold},
    {patch,
     "/api/v1/reservations/{id}",
     user,
     caller,
     BodyKind::json,
     handlers::change_reservation,
     hold},
    {get,
     "/api/v1/users/{id}/reservations",
     user,
     caller,
     BodyKind::none,
     handlers::list_user_reservations,
     heavy},
    {get,
     "/api/v1/users/{id}/personal-data",
     admin,
     nobody,
     BodyKind::none,
     handlers::get_personal_data,
     heavy},
    {delete_,
     "/api/v1/users/{id}/personal-data",
     admin,
     nobody,
     BodyKind::none,
     handlers::erase_personal_data,
     heavy},

    {post, "/api/v1/orders", user, caller, BodyKind::json, handlers::create_order},
    {post, "/api/v1/orders/{id}/payments", user, caller, BodyKind::json, handlers::start_payment},
    {get, "/api/v1/orders/{id}", user, caller, BodyKind::none, handlers::get_order},
    {get, "/api/v1/orders", user, caller, BodyKind::none, handlers::list_orders, heavy},

    {get, "/api/v1/events", anyone, nobody, BodyKind::none, handlers::list_events, heavy},
    {get, "/api/v1/events/{id}", anyone, nobody, BodyKind::none, handlers::get_event},
    {post, "/api/v1/events", organizer, nobody, BodyKind::long_json, handlers::create_event},
    {put, "/api/v1/events/{id}", organizer, event, BodyKind::long_json, handlers::update_event},
    {post, "/api/v1/events/{id}/sale", organizer, event, BodyKind::json, handlers::change_sale},
    {delete_, "/api/v1/events/{id}", organizer, event, BodyKind::none, handlers::delete_event},

    {post, "/api/v1/events/{id}/members", organizer, event, BodyKind::json, handlers::add_member},
    {get,
     "/api/v1/events/{id}/members",
     organizer,
     event,
     BodyKind::none,
     handlers::list_members,
     heavy},
    {delete_,
     "/api/v1/events/{id}/members",
     organizer,
     event,
     BodyKind::none,
     handlers::remove_member},
    {get, "/api/v1/events/{id}/audit", organizer, event, BodyKind::none, handlers::list_acts, heavy
    },

    {post,
     "/api/v1/events/{id}/ticket-categories",
     organizer,
     event,
     BodyKind::json,
     handlers::add_category},
    {get,
     "/api/v1/events/{id}/ticket-categories",
     anyone,
     nobody,
     BodyKind::none,
     handlers::list_categories},
    {put,
     "/api/v1/events/{id}/ticket-categories/{name}",
     organizer,
     event,
     BodyKind::json,
     handlers::change_category},

    {post,
     "/api/v1/events/{id}/allocations",
     organizer,
     event,
     BodyKind::allocation,
     handlers::add_allocation},
    {get,
     "/api/v1/events/{id}/allocations",
     organizer,
     event,
     BodyKind::none,
     handlers::list_allocations},
    {patch,
     "/api/v1/events/{id}/allocations/{name}",
     organizer,
     event,
     BodyKind::allocation,
     handlers::change_allocation},
    {delete_,
     "/api/v1/events/{id}/allocations/{name}",
     organizer,
     event,
     BodyKind::none,
     handlers::end_allocation},

    {get, "/api/v1/events/{id}/seats", anyone, nobody, BodyKind::none, handlers::list_seats},
    {get, "/api/v1/events/{id}/seatmap", anyone, nobody, BodyKind::none, handlers::get_seat_map},
    {get, "/api/v1/events/{id}/sections", anyone, nobody, BodyKind::none, handlers::list_sections},
    {get,
     "/api/v1/events/{id}/availability",
     anyone,
     nobody,
     BodyKind::none,
     handlers::get_availability},
    {get, "/api/v1/seats/{id}", anyone, nobody, BodyKind::none, handlers::get_seat},
    {post, "/api/v1/events/{id}/seats", organizer, event, BodyKind::json, handlers::create_seat},
    {post,
     "/api/v1/events/{id}/seats/bulk",
     organizer,
     event,
     BodyKind::bulk_seats,
     handlers::create_seats},

    {post,
     "/api/v1/events/{id}/orders",
     organizer,
     event,
     BodyKind::json,
     handlers::sell_at_box_office},
    {get,
     "/api/v1/events/{id}/orders",
     organizer,
     event,
     BodyKind::none,
     handlers::list_event_orders,
     heavy},
    {get,
     "/api/v1/events/{id}/orders.csv",
     organizer,
     event,
     BodyKind::none,
     handlers::export_event_orders,
     heavy},
    {get,
     "/api/v1/events/{id}/attendees.csv",
     organizer,
     event,
     BodyKind::none,
     handlers::export_attendees,
     heavy},
    {get, "/api/v1/events/{id}/sales", organizer, event, BodyKind::none, handlers::get_sales, heavy
    },
    {get,
     "/api/v1/reservations/{id}/tickets",
     user,
     caller,
     BodyKind::none,
     handlers::list_reservation_tickets,
     heavy},
    {get, "/api/v1/tickets", user, caller, BodyKind::none, handlers::list_tickets, heavy},
    {post, "/api/v1/tickets/check-in", scanner, found_event, BodyKind::json, handlers::check_in},
    {post,
     "/api/v1/tickets/check-in/batch",
     scanner,
     found_event,
     BodyKind::scans,
     handlers::check_in_batch,
     heavy},
    {get, "/api/v1/tickets/{id}.svg", user, caller, BodyKind::none, handlers::get_ticket_svg},
    {get, "/api/v1/tickets/{id}.png", user, caller, BodyKind::none, handlers::get_ticket_png},
    {get, "/api/v1/tickets/{id}", user, caller, BodyKind::none, handlers::get_ticket},
    {put, "/api/v1/tickets/{id}/holder", user, caller, BodyKind::json, handlers::set_ticket_holder},
    {post, "/api/v1/tickets/{id}/transfer", user, caller, BodyKind::json, handlers::transfer_ticket
    },
    {post,
     "/api/v1/tickets/{id}/reissue",
     user,
     caller_or_event,
     BodyKind::none,
     handlers::reissue_ticket},
    {post,
     "/api/v1/tickets/{id}/reinstate",
     organizer,
     found_event,
     BodyKind::none,
     handlers::reinstate_ticket},
    {get,
     "/api/v1/events/{id}/check-ins",
     scanner,
     found_event,
     BodyKind::none,
     handlers::count_check_ins},
    {post, "/api/v1/events/{id}/devices", organizer, event, BodyKind::json, handlers::create_device
    },
    {get,
     "/api/v1/events/{id}/devices",
     organizer,
     event,
     BodyKind::none,
     handlers::list_devices,
     heavy},
    {post, "/api/v1/devices/pair", anyone, nobody, BodyKind::json, handlers::pair_device},
    {delete_,
     "/api/v1/events/{id}/devices/{device}",
     organizer,
     event,
     BodyKind::none,
     handlers::remove_device},
    {get,
     "/.well-known/frontrow-ticket-keys.json",
     anyone,
     nobody,
     BodyKind::none,
     handlers::get_ticket_keys,
     light,
     kAlsoAtRoot},

    {post,
     "/api/v1/orders/{id}/refund",
     organizer,
     found_event,
     BodyKind::json,
     handlers::refund_order},
    {post, "/api/v1/orders/{id}/settlement", admin, nobody, BodyKind::json, handlers::settle_by_hand
    },
    {post,
     "/api/v1/payments/notices/{provider}",
     anyone,
     nobody,
     BodyKind::json,
     handlers::take_payment_notice,
     heavy},
    {post, "/api/v1/events/{id}/cancel", organizer, event, BodyKind::none, handlers::cancel_event},

    {post, "/api/v1/api-keys", admin, nobody, BodyKind::json, handlers::create_api_key},
    {get, "/api/v1/api-keys", admin, nobody, BodyKind::none, handlers::list_api_keys, heavy},
    {patch, "/api/v1/api-keys/{id}", admin, nobody, BodyKind::json, handlers::move_api_key},
    {delete_, "/api/v1/api-keys/{id}", admin, nobody, BodyKind::none, handlers::revoke_api_key},
    {get, "/api/v1/facts", admin, nobody, BodyKind::none, handlers::list_facts},
    {get, "/api/v1/requests/{id}", user, caller, BodyKind::none, handlers::get_refused_request},

    {get, "/health", anyone, nobody, BodyKind::none, handlers::health, light, kAlsoAtRoot},
    {get, "/api/v1/health", anyone, nobody, BodyKind::none, handlers::health},
    {get, "/livez", anyone, nobody, BodyKind::none, handlers::livez, light, kAlsoAtRoot},
    {get, "/readyz", anyone, nobody, BodyKind::none, handlers::readyz, light, kAlsoAtRoot},
    {get, "/metrics", anyone, nobody, BodyKind::none, handlers::metrics, heavy, kAlsoAtRoot},
    {get, "/api/v1/metrics", anyone, nobody, BodyKind::none, handlers::metrics, heavy},
    {get, "/openapi.yaml", anyone, nobody, BodyKind::none, handlers::openapi_as_yaml},
    {get, "/openapi.json", anyone, nobody, BodyKind::none, handlers::openapi_as_json},
    {get, "/", anyone, nobody, BodyKind::none, handlers::swagger},
    {get, "/swagger", anyone, nobody, BodyKind::none, handlers::swagger},
    {get, "/swagger/", anyone, nobody, BodyKind::none, handlers::swagger},
    {get, "/swagger/{file}", anyone, nobody, BodyKind::none, handlers::swagger_file},
};

}  // namespace

std::span<const Route> all_routes() {
    return kRoutes;
}

std::vector<Route> routes_without_metrics() {
    std::vector<Route> routes;
    std::ranges::copy_if(kRoutes, std::back_inserter(routes), [](const Route& route) {
        return route.handler != handlers::metrics;
    });
    return routes;
}

std::vector<Route> operator_routes() {
    constexpr Handler kHandlers[] = {
        handlers::health, handlers::livez, handlers::readyz, handlers::metrics
    };
    std::vector<Route> routes;
    std::ranges::copy_if(kRoutes, std::back_inserter(routes), [&](const Route& route) {
        return route.is_also_at_root &&
               std::ranges::find(kHandlers, route.handler) != std::end(kHandlers);
    });
    return routes;
}

}  // namespace frontrow::http
