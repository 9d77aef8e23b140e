#pragma once

#include "base/bits128.h"
#include "base/id.h"
#include "base/instant.h"
#include "base/result.h"
#include "domain/commands.h"
#include "wire/parse_error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow::wire {

/// A device that scans tickets for one event, as its side record has it. Its key and its membership
/// are facts; they are made and end in the name of `by`.
struct Device {
    std::string name;
    /// The organiser who has added the device.
    domain::Organizer by;
    /// The digest of its pairing code.
    Bits128 code;
    Instant created_at;
    /// From this instant on, the code is worthless.
    Instant expires_at;
    /// The id of the device's API key, from the moment on at which a device has used the code. The
    /// key itself may not have been made yet.
    std::optional<ApiKeyId> key;
    /// Present once the key and the membership are in force.
    std::optional<Instant> paired_at;
};

/// What a pairing code leads to.
struct Pairing {
    EventId event;
    DeviceId device;
};

enum class DeviceStatus : std::uint8_t { waiting, paired, expired };

std::string_view name_of(DeviceStatus status);
DeviceStatus status_of(const Device& device, Instant now);

// The forms in which both are kept.

std::string device_record(const Device& device);
Result<Device, ParseError> parse_device_record(std::string_view record);
std::string pairing_record(const Pairing& pairing);
Result<Pairing, ParseError> parse_pairing_record(std::string_view record);

struct DeviceRequest {
    std::string name;
};

struct PairingRequest {
    /// As a person has typed it.
    std::string code;
};

Result<DeviceRequest, ParseError> parse_device_request(std::string_view body);
Result<PairingRequest, ParseError> parse_pairing_request(std::string_view body);

/// For its organiser.
void append_device(std::string& out, DeviceId id, const Device& device, Instant now);
/// Includes the code itself, which is sent only once.
void append_new_device(
    std::string& out,
    DeviceId id,
    const Device& device,
    Instant now,
    std::string_view code
);
/// For the device itself. Includes its key, which is sent only once.
void append_paired_device(
    std::string& out,
    const Pairing& pairing,
    std::string_view event_name,
    std::string_view key
);

}  // namespace frontrow::wire
