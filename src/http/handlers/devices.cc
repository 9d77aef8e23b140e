#include "http/handlers/devices.h"

#include "base/check.h"
#include "http/handlers/device_records.h"
#include "http/handlers/handlers.h"
#include "http/handlers/replies.h"
#include "identity/api_key.h"
#include "identity/device.h"
#include "telemetry/log.h"

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>

// The devices that scan tickets for one event. A device is a member of its event with the role
// scanner, for whose account an API key acts. An organiser adds it and types its pairing code into
// it; the device exchanges the code for its key.
//
// Pairing takes these steps, and the server may end after any of them:
//  1. The device's record gets the id of the key. One request alone can do this, on whichever node.
//  2. The code is erased.
//  3. The membership is made, in the name of the organiser, if the organiser still has the event.
//  4. The key is made.
//  5. The record says that the device is paired, unless it was changed since the first step.
//  6. The key is shown.
// Before the last step nobody has the key, so nobody can use what the earlier steps have made.
// Removing the device ends it.
//
// Removing writes the record first, so that a pairing that is under way fails at step 5 and undoes
// its work. Then it ends what the record names, and then it erases the record. So nobody can act
// for a device whose record is gone, and a device whose removal was cut off can be removed again.

namespace frontrow::http::handlers {
namespace {

using domain::Reason;

constexpr std::chrono::minutes kCodeIsGoodFor{10};
/// How often a removal is tried if the device is paired, or removed by others, meanwhile.
constexpr int kRemovalsMax = 5;

/// Whether the caller may change the event. If not, answers with an error.
Awaitable<bool> may_change_or_fail(Context& context, EventId event) {
    auto members =
        co_await context.services.store.read(domain::read_members, event, context.organizer());
    co_return found_or_fail(context, members, "event") != nullptr;
}

/// The problem of a command that isn't done. Nothing if it is done, or if there is nothing to do
/// for one of these reasons.
std::optional<Problem>
problem_unless(const OutcomeResult& result, std::initializer_list<Reason> nothing_to_do) {
    if (!result) return problem_of(result.error());
    if (*result) return std::nullopt;
    const auto& refusal = result->error();
    if (std::ranges::find(nothing_to_do, refusal.reason) != nothing_to_do.end())
        return std::nullopt;
    return problem_of(refusal);
}

/// Revokes the device's key and ends its membership, if they were made. Returns the problem if that
/// isn't done.
Awaitable<std::optional<Problem>>
end_rights(Context& context, domain::Organizer by, const KeptDevice& kept) {
    if (!kept.device.key) co_return std::nullopt;
    auto& store = context.services.store;
    domain::RevokeApiKey revoke{.key = *kept.device.key, .by = by.sub};
    const auto revoked = co_await store.execute(std::move(revoke), context.trace);
    if (auto problem = problem_unless(revoked, {Reason::api_key_not_found})) co_return problem;
    domain::RemoveMember remove{
        .event = kept.id.event,
        .by = std::move(by),
        .sub = identity::account_of_device(kept.id.device),
    };
    const auto removed = co_await store.execute(std::move(remove), context.trace);
    // An event that is deleted has no members.
    co_return problem_unless(removed, {Reason::member_not_found, Reason::event_not_found});
}

/// Ends the device's rights, and erases what is kept of it. Returns false if its record was changed
/// meanwhile: then read it, and try again.
Awaitable<Result<bool, Problem>> try_to_remove(Context& context, KeptDevice kept) {
    const DeviceRecords records{context.services};
    const auto written = co_await records.write(kept);
    if (!written) co_return std::unexpected(problem_of(written.error()));
    if (!*written) co_return false;
    const auto code_erased = co_await records.erase_code(kept.device.code);
    if (!code_erased) co_return std::unexpected(problem_of(code_erased.error()));
    auto problem = co_await end_rights(context, context.organizer(), kept);
    if (problem) co_return std::unexpected(*std::move(problem));
    const auto erased = co_await records.erase(kept);
    if (!erased) co_return std::unexpected(problem_of(erased.error()));
    co_return *erased;
}

/// The device that waits for the code. If there is none, answers with an error and returns nothing.
Awaitable<std::optional<KeptDevice>> waiting_or_fail(Context& context, std::string typed) {
    const auto& services = context.services;
    const DeviceRecords records{services};
    if (const auto digest = identity::digest_pairing_code(services.sha, typed)) {
        auto leads_to = co_await records.find_code(*digest);
        if (context.value_or_fail(leads_to) == nullptr) co_return std::nullopt;
        Result<std::optional<KeptDevice>, io::Fault> found;
        if (*leads_to) found = co_await records.find(**leads_to);
        if (context.value_or_fail(found) == nullptr) co_return std::nullopt;
        if (*found &&
            status_of((*found)->device, services.store.now()) == wire::DeviceStatus::waiting)
            co_return *std::move(found);
    }
    context.fail(pairing_code_invalid());
    co_return std::nullopt;
}

/// Writes the device's record. If it was changed by others, or can't be written, answers with an
/// error and returns false.
Awaitable<bool> write_or_fail(Context& context, KeptDevice& kept) {
    const DeviceRecords records{context.services};
    auto written = co_await records.write(kept);
    if (context.value_or_fail(written) == nullptr) co_return false;
    if (!*written) context.fail(pairing_code_invalid());
    co_return *written;
}

/// Makes the membership and the key, and completes the device's record. If one of these can't be
/// done, answers with an error and returns false.
Awaitable<bool>
give_rights_or_fail(Context& context, KeptDevice& kept, const identity::NewApiKey& made) {
    auto& store = context.services.store;
    auto& device = kept.device;
    const auto account = identity::account_of_device(kept.id.device);
    domain::AddMember add{
        .event = kept.id.event,
        .by = device.by,
        .sub = account,
        .role = domain::MemberRole::scanner,
    };
    const auto added = co_await store.execute(std::move(add), context.trace);
    if (added && !*added && added->error().reason == Reason::event_not_found) {
        context.fail(pairing_code_invalid());
        co_return false;
    }
    if (auto problem = problem_unless(added, {})) {
        context.fail(*std::move(problem));
        co_return false;
    }
    domain::CreateApiKey create{
        .key = device.key.value(),
        .name = device.name,
        .role = domain::Role::user,
        .prefix = made.prefix,
        .digest = made.digest,
        .by = device.by.sub,
        .account = account,
    };
    const auto created = co_await store.execute(std::move(create), context.trace);
    if (auto problem = problem_unless(created, {})) {
        context.fail(*std::move(problem));
        co_return false;
    }
    device.paired_at = store.now();
    co_return co_await write_or_fail(context, kept);
}

}  // namespace

Awaitable<void> remove_devices(Context& context, EventId event) {
    const DeviceRecords records{context.services};
    auto devices = co_await records.list(event);
    bool is_done = devices.has_value();
    if (devices) {
        for (auto& kept : *devices) {
            const auto removed = co_await try_to_remove(context, std::move(kept));
            is_done &= removed.value_or(false);
        }
    }
    if (!is_done)
        context.services.log.warn(
            "devices of a deleted event are left over; they have no rights",
            {{"event", event.to_string()}}
        );
}

Awaitable<void> create_device(Context& context) {
    const auto event = context.path_id<EventId>();
    if (!event) co_return;
    auto request = wire::parse_device_request(context.request.body);
    if (context.value_or_fail(request) == nullptr) co_return;
    if (!co_await may_change_or_fail(context, *event)) co_return;
    const auto& services = context.services;
    const DeviceRecords records{services};
    auto others = co_await records.list(*event);
    if (context.value_or_fail(others) == nullptr) co_return;
    if (others->size() >= kDevicesMax) co_return context.fail(too_many_devices(kDevicesMax));
    const auto code = identity::make_pairing_code(services.random, services.sha);
    const auto now = services.store.now();
    KeptDevice kept{
        .id = {.event = *event, .device = services.ids.next<DeviceId>()},
        .device =
            {.name = std::move(request->name),
             .by = context.organizer(),
             .code = code.digest,
             .created_at = now,
             .expires_at = now + kCodeIsGoodFor,
             .key = {},
             .paired_at = {}},
    };
    // The record comes first, so that a code is always found by its device.
    auto written = co_await records.write(kept);
    if (context.value_or_fail(written) == nullptr) co_return;
    CHECK(*written);  // The id is new.
    auto added = co_await records.add_code(code.digest, kept.id);
    if (context.value_or_fail(added) == nullptr) co_return;
    // Another device has the same code by chance: one in some 2^40.
    if (!*added) co_return context.fail(problem_of(io::Fault{io::FaultKind::overloaded, {}}));
    context.response.status = 201;
    wire::append_new_device(context.response.body, kept.id.device, kept.device, now, code.text);
}

Awaitable<void> list_devices(Context& context) {
    const auto event = context.path_id<EventId>();
    if (!event || !co_await may_change_or_fail(context, *event)) co_return;
    const DeviceRecords records{context.services};
    auto devices = co_await records.list(*event);
    if (context.value_or_fail(devices) == nullptr) co_return;
    const auto now = context.services.store.now();
    reply_list(context, *devices, [now](std::string& out, const KeptDevice& one) {
        wire::append_device(out, one.id.device, one.device, now);
    });
}

Awaitable<void> remove_device(Context& context) {
    const auto event = context.path_id<EventId>();
    if (!event) co_return;
    const auto id = DeviceId::parse(context.path_parts[1]);
    if (!id) co_return context.fail(invalid_field("device", "must be a UUID"));
    if (!co_await may_change_or_fail(context, *event)) co_return;
    const DeviceRecords records{context.services};
    const wire::Pairing of_event{.event = *event, .device = *id};
    for (int i = 0; i < kRemovalsMax; ++i) {
        auto found = co_await records.find(of_event);
        auto* kept = found_or_fail(context, found, "device");
        if (kept == nullptr) co_return;
        auto removed = co_await try_to_remove(context, std::move(*kept));
        if (!removed) co_return context.fail(std::move(removed.error()));
        if (*removed) {
            context.response.status = 204;
            co_return;
        }
    }
    context.fail(problem_of(io::Fault{io::FaultKind::overloaded, {}}));
}

Awaitable<void> pair_device(Context& context) {
    auto request = wire::parse_pairing_request(context.request.body);
    if (context.value_or_fail(request) == nullptr) co_return;
    auto kept = co_await waiting_or_fail(context, std::move(request->code));
    if (!kept) co_return;
    context.subject.event = kept->id.event;
    const auto& services = context.services;
    auto event = co_await services.store.read(domain::read_event, kept->id.event);
    if (context.value_or_fail(event) == nullptr) co_return;
    if (!*event) co_return context.fail(pairing_code_invalid());
    kept->device.key = services.ids.next<ApiKeyId>();
    if (!co_await write_or_fail(context, *kept)) co_return;
    const DeviceRecords records{services};
    const auto erased = co_await records.erase_code(kept->device.code);
    const auto made = identity::make_api_key(services.random, services.sha);
    if (erased && co_await give_rights_or_fail(context, *kept, made)) {
        context.response.status = 201;
        co_return wire::append_paired_device(
            context.response.body, kept->id, (*event)->spec.name, made.text
        );
    }
    if (!erased) context.fail(problem_of(erased.error()));
    const auto problem = co_await end_rights(context, kept->device.by, *kept);
    if (problem)
        services.log.warn(
            "what a failed pairing has made is left over until its device is removed",
            {{"device", kept->id.device.to_string()}, {"error", problem->message}}
        );
}

}  // namespace frontrow::http::handlers
