#pragma once

#include "base/digest.h"
#include "base/state_log.h"

#include <string_view>
#include <utility>

namespace frontrow {

/// One small value: a counter, a position, an instant. It is hashed once per call of digest(),
/// however often it changed.
template <class T, Digested digested = Digested::yes>
class StateValue final : StatePart {
public:
    StateValue(StateLog& log, std::string_view name, Bits128 owner = {})
        : StatePart{log, name, owner} {}

    const T& get() const { return value_; }

    /// Returns the value for the caller to change at once.
    T& change() {
        if (is_watched<digested>()) [[unlikely]] {
            touch();
            if (is_first_note())
                log().note([this, old = value_]() mutable {
                    touch();
                    value_ = std::move(old);
                });
        }
        return value_;
    }
    void set(T value) { change() = std::move(value); }

private:
    void touch() {
        if (digested == Digested::yes && log().keeps_digest()) settle_later();
    }
    /// sum() is the value's old hash.
    void settle() override {
        const auto before = sum();
        take_from_digest(before);
        add_to_digest(digest_anew());
    }
    Bits128 digest_anew() const override {
        if constexpr (digested == Digested::yes) {
            DigestWriter writer{salt()};
            writer.field(1, value_);
            if (!writer.is_empty()) return writer.finish();
        }
        return {};
    }

    T value_{};
};

}  // namespace frontrow
