#include "domain/reservation.h"

#include "base/digest.h"
#include "domain/digest_fields.h"

namespace frontrow::domain {

Bits128 tag_of(const Reservation& reservation) {
    DigestWriter writer{{}};
    writer.field(1, reservation.status);
    writer.field(2, reservation.expires_at);
    writer.field(3, reservation.seats);
    writer.field(4, reservation.items);
    writer.field(5, reservation.total_amount);
    return writer.finish();
}

}  // namespace frontrow::domain
