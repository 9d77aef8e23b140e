#include "http/handlers/device_records.h"

#include "http/handlers/side_values.h"

#include <string>
#include <string_view>
#include <utility>

namespace frontrow::http::handlers {
namespace {

constexpr std::string_view kDevices = "device/";
constexpr std::string_view kCodes = "pairing/";

/// What the names of all devices of the event begin with.
std::string prefix_of(EventId event) {
    return std::string{kDevices} + event.to_string() + "/";
}

std::string name_of(const wire::Pairing& id) {
    return prefix_of(id.event) + id.device.to_string();
}

std::string name_of_code(Bits128 digest) {
    std::string name{kCodes};
    append_hex128(name, digest);
    return name;
}

}  // namespace

DeviceRecords::DeviceRecords(const Services& services)
    : records_{services.payments.records}, log_{services.log} {
}

io::Awaitable<Result<std::optional<KeptDevice>, io::Fault>> DeviceRecords::find(wire::Pairing id
) const {
    auto found = co_await records_.find(name_of(id));
    if (!found) co_return std::unexpected(std::move(found.error()));
    if (!*found) co_return std::nullopt;
    auto device = read(id, **found);
    if (!device) co_return std::unexpected(std::move(device.error()));
    co_return std::optional{*std::move(device)};
}

io::Awaitable<Result<std::vector<KeptDevice>, io::Fault>> DeviceRecords::list(EventId event) const {
    const auto prefix = prefix_of(event);
    std::vector<KeptDevice> devices;
    auto take = [&](const store::SideRecord& record) -> Result<void, io::Fault> {
        const auto id = DeviceId::parse(std::string_view{record.name}.substr(prefix.size()));
        if (!id) return std::unexpected(unreadable(record));
        auto device = read({event, *id}, record);
        if (!device) return std::unexpected(std::move(device.error()));
        devices.push_back(*std::move(device));
        return {};
    };
    auto done = co_await walk_side_records(records_, prefix, take);
    if (!done) co_return std::unexpected(std::move(done.error()));
    co_return devices;
}

io::Awaitable<Result<bool, io::Fault>> DeviceRecords::write(KeptDevice& device) const {
    store::SideChange written{
        .name = name_of(device.id),
        .value = wire::device_record(device.device),
        .expected_version = device.version
    };
    auto version = co_await change(std::move(written));
    if (!version) co_return std::unexpected(std::move(version.error()));
    if (*version == 0) co_return false;
    device.version = *version;
    co_return true;
}

io::Awaitable<Result<bool, io::Fault>> DeviceRecords::erase(const KeptDevice& device) const {
    store::SideChange erased{
        .name = name_of(device.id), .value = std::nullopt, .expected_version = device.version
    };
    auto version = co_await change(std::move(erased));
    if (!version) co_return std::unexpected(std::move(version.error()));
    co_return *version > 0;
}

io::Awaitable<Result<std::optional<wire::Pairing>, io::Fault>> DeviceRecords::find_code(
    Bits128 digest
) const {
    auto found = co_await records_.find(name_of_code(digest));
    if (!found) co_return std::unexpected(std::move(found.error()));
    if (!*found) co_return std::nullopt;
    const auto pairing = wire::parse_pairing_record((*found)->value);
    if (!pairing) co_return std::unexpected(unreadable(**found));
    co_return std::optional{*pairing};
}

io::Awaitable<Result<bool, io::Fault>>
DeviceRecords::add_code(Bits128 digest, wire::Pairing leads_to) const {
    store::SideChange added{.name = name_of_code(digest), .value = wire::pairing_record(leads_to)};
    auto version = co_await change(std::move(added));
    if (!version) co_return std::unexpected(std::move(version.error()));
    co_return *version > 0;
}

io::Awaitable<Result<void, io::Fault>> DeviceRecords::erase_code(Bits128 digest) const {
    const auto name = name_of_code(digest);
    auto found = co_await records_.find(name);
    if (!found) co_return std::unexpected(std::move(found.error()));
    if (!*found) co_return Result<void, io::Fault>{};
    store::SideChange erased{
        .name = name, .value = std::nullopt, .expected_version = (*found)->version
    };
    // A code is never written again. So if its version differs, it is gone.
    auto version = co_await change(std::move(erased));
    if (!version) co_return std::unexpected(std::move(version.error()));
    co_return Result<void, io::Fault>{};
}

/// The version of the change, or 0 if the record had another version than expected.
io::Awaitable<Result<std::uint64_t, io::Fault>> DeviceRecords::change(store::SideChange change
) const {
    auto changed = co_await records_.change(std::move(change));
    if (!changed) co_return std::unexpected(std::move(changed.error()));
    // No lease was given, so the version alone can be refused.
    co_return changed->value_or(0);
}

io::Fault DeviceRecords::unreadable(const store::SideRecord& record) const {
    return unreadable_record(log_, record.name, "a device can't be read");
}

Result<KeptDevice, io::Fault> DeviceRecords::read(wire::Pairing id, const store::SideRecord& record)
    const {
    auto device = wire::parse_device_record(record.value);
    if (!device) return std::unexpected(unreadable(record));
    return KeptDevice{.id = id, .device = *std::move(device), .version = record.version};
}

}  // namespace frontrow::http::handlers
