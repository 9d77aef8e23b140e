#include "wire/device.h"

#include "base/some.h"
#include "wire/fields.h"
#include "wire/json_writer.h"
#include "wire/parse_object.h"

#include <boost/json.hpp>

namespace frontrow::wire {
namespace {

constexpr TextBounds kDeviceName{1, 255, TextKind::name};
/// A person may have put blanks and hyphens between its ten characters.
constexpr TextBounds kPairingCode{1, 100};

template <class Fields, Some<Device> Described>
void describe(Fields& fields, Described& device) {
    auto& [name, by, code, created_at, expires_at, key, paired_at] = device;
    fields("name", name);
    fields.sub("by", by.sub);
    fields("by_admin", by.is_admin);
    fields("code", code);
    fields("created_at", created_at);
    fields("expires_at", expires_at);
    fields("key_id", key);
    fields("paired_at", paired_at);
}

template <class Fields, Some<Pairing> Described>
void describe(Fields& fields, Described& pairing) {
    auto& [event, device] = pairing;
    fields("event_id", event);
    fields("device_id", device);
}

template <class Record>
std::string write_record(const Record& record) {
    return write_fields([&](FieldsWriter& fields) { describe(fields, record); });
}

template <class Record>
Result<Record, ParseError> read_record(std::string_view text) {
    return parse_record(text, [](ObjectReader& in) {
        Record record;
        FieldsReader fields{in};
        describe(fields, record);
        return record;
    });
}

void write_device(JsonWriter& json, DeviceId id, const Device& device, Instant now) {
    FieldsWriter fields{json};
    fields("id", id);
    fields("name", device.name);
    json.field("status", name_of(status_of(device, now)));
    fields("created_at", device.created_at);
    fields("expires_at", device.expires_at);
    fields("paired_at", device.paired_at);
}

}  // namespace

std::string_view name_of(DeviceStatus status) {
    switch (status) {
        case DeviceStatus::waiting:
            return "waiting";
        case DeviceStatus::paired:
            return "paired";
        case DeviceStatus::expired:
            return "expired";
    }
}

DeviceStatus status_of(const Device& device, Instant now) {
    if (device.paired_at) return DeviceStatus::paired;
    return device.key || device.expires_at <= now ? DeviceStatus::expired : DeviceStatus::waiting;
}

std::string device_record(const Device& device) {
    return write_record(device);
}

Result<Device, ParseError> parse_device_record(std::string_view record) {
    return read_record<Device>(record);
}

std::string pairing_record(const Pairing& pairing) {
    return write_record(pairing);
}

Result<Pairing, ParseError> parse_pairing_record(std::string_view record) {
    return read_record<Pairing>(record);
}

Result<DeviceRequest, ParseError> parse_device_request(std::string_view body) {
    return parse_object(body, [](ObjectReader& in, Complaints&) {
        return DeviceRequest{.name = in.text("name", kDeviceName)};
    });
}

Result<PairingRequest, ParseError> parse_pairing_request(std::string_view body) {
    return parse_object(body, [](ObjectReader& in, Complaints&) {
        return PairingRequest{.code = in.text("code", kPairingCode)};
    });
}

void append_device(std::string& out, DeviceId id, const Device& device, Instant now) {
    JsonWriter json{out};
    json.begin_object();
    write_device(json, id, device, now);
    json.end_object();
}

void append_new_device(
    std::string& out,
    DeviceId id,
    const Device& device,
    Instant now,
    std::string_view code
) {
    JsonWriter json{out};
    json.begin_object();
    write_device(json, id, device, now);
    json.field("pairing_code", code);
    json.end_object();
}

void append_paired_device(
    std::string& out,
    const Pairing& pairing,
    std::string_view event_name,
    std::string_view key
) {
    JsonWriter json{out};
    json.begin_object();
    json.field("device_id", pairing.device);
    json.field("event_id", pairing.event);
    json.field("event_name", event_name);
    json.field("api_key", key);
    json.end_object();
}

}  // namespace frontrow::wire
