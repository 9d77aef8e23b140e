#pragma once

namespace frontrow::domain {

// Places on an event's plan. Coordinates are in the plan's own unit, and are stored to the
// millionth, like those of a seat (Position in domain/seat.h).

struct Point {
    double x = 0;
    double y = 0;

    friend bool operator==(const Point&, const Point&) = default;
};

/// A rectangle. (x, y) is the corner with the lowest coordinates.
struct Stage {
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;

    friend bool operator==(const Stage&, const Stage&) = default;
};

}  // namespace frontrow::domain
