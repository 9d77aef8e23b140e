#pragma once

#include "domain/seat.h"
#include "http/context.h"

#include <string>
#include <string_view>

namespace frontrow::http::handlers {

/// How an API lists an event's seats. It must live as long as the program.
struct SeatListForm {
    /// Tells the bodies of this form from those of others.
    std::string_view name;
    /// The path of events, with a slash at the end.
    std::string_view events;
    void (*append)(std::string& out, const domain::SeatList& list);
};

/// Answers with the seats that the request's path and query ask for.
store::Awaitable<void> list_seats_as(Context& context, const SeatListForm& form);

}  // namespace frontrow::http::handlers
