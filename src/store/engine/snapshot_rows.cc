#include "store/engine/snapshot_rows.h"

#include "domain/inventory_image.h"
#include "store/engine/snapshot_archive.h"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <utility>

namespace frontrow::store::engine {
namespace {

using domain::Inventory;

constexpr std::size_t kDifferencesKept = 100;

std::string name_of(const domain::EventRow& row) {
    return "event " + row.event.id.to_string();
}
std::string name_of(const domain::ReservationRow& row) {
    return "reservation " + row.id.to_string();
}
std::string name_of(const domain::ApiKey& key) {
    return "API key " + key.id.to_string();
}

template <class Rows>
concept Named = Listed<Rows> && requires(const Rows& rows) { name_of(*rows.begin()); };

struct Row {
    std::string name;
    io::Sha256Digest digest;

    friend bool operator==(const Row&, const Row&) = default;
};

/// An archive (domain/inventory_image.h) that keeps a name and a digest for each row, in a list per
/// table.
class RowDigests {
public:
    explicit RowDigests(const Inventory& inventory) : inventory_{inventory} {}

    template <class... T>
    void operator()(const T&... values) {
        (put(values), ...);
    }
    /// For rows without a name of their own.
    template <class Rows, class Each>
    void each(const Rows& rows, Each each) {
        begin_list();
        for (const auto& row : rows) {
            each(row);
            close("user " + std::to_string(++users_));
        }
    }
    std::vector<std::vector<Row>> take() {
        begin_list();
        return std::move(lists_);
    }

private:
    template <class T>
    void put(const T& value) {
        if constexpr (Named<T>) {
            begin_list();
            for (const auto& row : value) {
                writer_(row);
                add_user(row);
                close(name_of(row));
            }
        } else {
            writer_(value);
        }
    }
    /// A reservation refers to its user by index, so the user's name counts as part of the row.
    void add_user(const domain::ReservationRow& row) {
        if (inventory_.reservations().buyers().has(row.user))
            writer_(inventory_.reservations().buyers().name(row.user));
    }
    void add_user(const auto&) {}
    /// Begins a list. The values since the last row of the previous list form a list of one row.
    void begin_list() {
        lists_.emplace_back();
        close("its figures");
        lists_.emplace_back();
    }
    void close(std::string name) {
        lists_.back().push_back({std::move(name), writer_.take_digest()});
    }

    const Inventory& inventory_;
    SnapshotWriter writer_{nullptr};
    domain::UserIndex users_ = 0;
    std::vector<std::vector<Row>> lists_;
};

std::vector<std::vector<Row>> digests_of(const Inventory& inventory) {
    RowDigests digests{inventory};
    Inventory::transfer_rows(digests, inventory);
    return digests.take();
}

void compare(
    const std::vector<Row>& found,
    const std::vector<Row>& expected,
    std::vector<std::string>& differences
) {
    for (std::size_t i = 0; i < std::max(found.size(), expected.size()); ++i) {
        if (differences.size() >= kDifferencesKept) return;
        if (i >= found.size()) {
            differences.push_back(expected[i].name + " is missing");
        } else if (i >= expected.size() || found[i] != expected[i]) {
            differences.push_back(found[i].name);
        }
    }
}

}  // namespace

std::vector<std::string> compare_rows(const Inventory& rows, const Inventory& inventory) {
    const auto found = digests_of(rows);
    const auto expected = digests_of(inventory);
    std::vector<std::string> differences;
    for (std::size_t list = 0; list < expected.size(); ++list)
        compare(found[list], expected[list], differences);
    return differences;
}

}  // namespace frontrow::store::engine
