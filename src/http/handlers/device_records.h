#pragma once

#include "base/bits128.h"
#include "base/id.h"
#include "base/result.h"
#include "http/context.h"
#include "io/fault.h"
#include "store/side_records.h"
#include "wire/device.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace frontrow::http::handlers {

/// A device with its side record's version; 0 if it isn't kept yet.
struct KeptDevice {
    wire::Pairing id;
    wire::Device device;
    std::uint64_t version = 0;
};

/// The most devices of an event.
inline constexpr std::size_t kDevicesMax = 100;

/// What is kept of devices: a side record for each, and another by which its pairing code leads to
/// it. A fault is as with store::SideRecords; a record that can't be read is logged, and is a
/// fault, too.
class DeviceRecords {
public:
    explicit DeviceRecords(const Services& services);

    io::Awaitable<Result<std::optional<KeptDevice>, io::Fault>> find(wire::Pairing id) const;
    /// In the order in which they were added.
    io::Awaitable<Result<std::vector<KeptDevice>, io::Fault>> list(EventId event) const;
    /// Writes the device, and sets its new version. Returns false if its record has another version
    /// than the device; then nothing is written.
    io::Awaitable<Result<bool, io::Fault>> write(KeptDevice& device) const;
    /// The same, and erases it.
    io::Awaitable<Result<bool, io::Fault>> erase(const KeptDevice& device) const;

    /// What the code with this digest leads to. The device may be gone.
    io::Awaitable<Result<std::optional<wire::Pairing>, io::Fault>> find_code(Bits128 digest) const;
    /// Returns false if the code leads to another device.
    io::Awaitable<Result<bool, io::Fault>> add_code(Bits128 digest, wire::Pairing leads_to) const;
    /// A code that is gone already is no fault.
    io::Awaitable<Result<void, io::Fault>> erase_code(Bits128 digest) const;

private:
    io::Awaitable<Result<std::uint64_t, io::Fault>> change(store::SideChange change) const;
    io::Fault unreadable(const store::SideRecord& record) const;
    Result<KeptDevice, io::Fault> read(wire::Pairing id, const store::SideRecord& record) const;

    store::SideRecords& records_;
    const telemetry::Log& log_;
};

}  // namespace frontrow::http::handlers
