#include "io/id_source.h"

namespace frontrow::io {

Bits128 IdSource::next_uuid() {
    return uuid_v7(clock_.now(), random_.next());
}

}  // namespace frontrow::io
