#include "differential/compare_reads.h"

#include "support/told.h"

#include <algorithm>
#include <array>
#include <utility>

namespace frontrow::test {
namespace {

constexpr std::size_t kAll = 1'000'000;
constexpr std::array kPages{store::Page{kAll, 0}, store::Page{3, 2}, store::Page{5, 5}};

class Comparison {
public:
    Comparison(StoreWorld& world, const std::vector<const RandomSale*>& sales, Instant now)
        : world_{world}, store_{world.store()}, sales_{sales}, now_{now} {}

    std::optional<std::string> run() {
        look_at_events();
        for (const auto* sale : sales_) {
            for (const auto id : sale->events())
                look_at_event(*sale, id);
            look_at_seats(*sale);
            look_at_reservations(*sale);
            look_at_orders(*sale);
            for (std::uint8_t i = 0; i < RandomSale::kUsers; ++i)
                look_at_user(*sale, sale->user(i));
        }
        return std::move(difference_);
    }

private:
    template <class T>
    void expect_same(const std::string& what, const T& read, const T& of_model) {
        if (read == of_model || difference_) return;
        difference_ = what + "\n  read: " + told(read) + "\n  the model: " + told(of_model);
    }
    template <class T>
    void expect_same(const std::string& what, const std::vector<T>& read, std::vector<T> of_model) {
        if (read == of_model || difference_) return;
        const auto list = [](const std::vector<T>& all) {
            std::string text;
            for (const auto& one : all)
                text += "\n    " + told(one);
            return text;
        };
        difference_ = what + "\n  read:" + list(read) + "\n  the model:" + list(of_model);
    }
    void expect(bool holds, const std::string& what) {
        if (!holds && !difference_) difference_ = what;
    }

    void look_at_events();
    void look_at_event(const RandomSale& sale, EventId id);
    void look_at_seats(const RandomSale& sale);
    void look_at_reservations(const RandomSale& sale);
    void look_at_orders(const RandomSale& sale);
    void look_at_event_orders(const RandomSale& sale, EventId id);
    void look_at_unfinished(const RandomSale& sale);
    void look_at_user(const RandomSale& sale, const std::string& user);
    bool is_seat(const domain::SeatView& read, const RandomSale::Seat& seat) const {
        return read.event == seat.event && read.block->first_id.plus(read.index) == seat.id &&
               read.block->seats.at(read.index) == seat.spec;
    }

    StoreWorld& world_;
    store::Store& store_;
    const std::vector<const RandomSale*>& sales_;
    Instant now_;
    std::optional<std::string> difference_;
};

/// Several sales may create their events in any order; the models know only the order within each
/// sale.
void Comparison::look_at_events() {
    std::size_t wanted = 0;
    for (const auto* sale : sales_)
        wanted += sale->model().events(kAll, 0).size();
    const auto listed =
        world_.read(store_.read(domain::read_events, domain::Page{.limit = wanted + 1}));
    for (const auto* sale : sales_) {
        std::vector<domain::Event> of_sale;
        std::ranges::copy_if(listed, std::back_inserter(of_sale), [&](const domain::Event& event) {
            return std::ranges::count(sale->events(), event.id) > 0;
        });
        expect_same("in the list of events", of_sale, sale->model().events(kAll, 0));
    }
    auto from_second = listed;
    if (!from_second.empty()) from_second.erase(from_second.begin());
    from_second.resize(std::min<std::size_t>(from_second.size(), 2));
    const auto page =
        world_.read(store_.read(domain::read_events, domain::Page{.limit = 2, .offset = 1}));
    if (listed.size() >= 3) expect_same("in a page of events", page, from_second);
}

void Comparison::look_at_event(const RandomSale& sale, EventId id) {
    const auto of_model = sale.model().event(id);
    expect_same("in event " + told(id), world_.read(store_.read(domain::read_event, id)), of_model);
    const auto members =
        world_.read(store_.read(domain::read_members, id, {.sub = "root", .is_admin = true}));
    expect(members.has_value() == of_model.has_value(), "whether it has members of " + told(id));
    if (members) expect_same("in the members of " + told(id), *members, sale.model().members(id));
    const auto count = world_.read(store_.read(domain::read_counts, id));
    expect(count.has_value() == of_model.has_value(), "whether it counts seats of " + told(id));
    if (count && of_model) {
        domain::SeatCounts by_model;
        for (const auto& line : sale.model().seats(id, false, kAll, 0, now_)) {
            ++by_model.total;
            by_model.reserved += line.status == domain::SeatStatus::reserved ? 1 : 0;
            by_model.confirmed += line.status == domain::SeatStatus::confirmed ? 1 : 0;
            by_model.held_back += line.status == domain::SeatStatus::held_back ? 1 : 0;
        }
        expect(*count == by_model, "in the count of seats of event " + told(id));
    }
    const auto categories = world_.read(store_.read(domain::read_categories, id));
    expect(categories.has_value() == of_model.has_value(), "whether it has categories");
    if (categories)
        expect_same(
            "in the categories of " + told(id), *categories, sale.model().categories(id, now_)
        );
    const domain::Organizer root{.sub = "root", .is_admin = true};
    const auto allocations = world_.read(store_.read(domain::read_allocations, id, root));
    expect(allocations.has_value() == of_model.has_value(), "whether it has allocations");
    if (allocations)
        expect_same(
            "in the allocations of " + told(id), *allocations, sale.model().allocations(id, now_)
        );
    look_at_event_orders(sale, id);
    const auto map = world_.read(store_.seat_map(id));
    expect(map.has_value() == of_model.has_value(), "whether it has a seat map of " + told(id));
    if (map) {
        std::vector<domain::SeatStatus> wanted;
        for (const auto& line : sale.model().seats(id, false, kAll, 0, now_))
            wanted.push_back(line.status);
        expect((*map)->statuses == wanted, "in the seat map of event " + told(id));
    }
    for (const auto& page : kPages) {
        for (const bool only_available : {false, true}) {
            const auto list = world_.read(store_.list_seats(id, only_available, page));
            expect(list.has_value() == of_model.has_value(), "whether it lists " + told(id));
            std::vector<NaiveModel::SeatLine> lines;
            for (const auto& run : list.value_or(domain::SeatList{}).runs) {
                for (std::size_t i = 0; i < run.statuses.size(); ++i)
                    lines.push_back({run.block->first_id.plus(run.first + i), run.statuses[i]});
            }
            const auto wanted =
                sale.model().seats(id, only_available, page.limit, page.offset, now_);
            expect(lines == wanted, "in the list of seats of event " + told(id));
        }
    }
}

/// Asks for all seats at once, so that one look at the database serves all reads.
void Comparison::look_at_seats(const RandomSale& sale) {
    using Read = Result<std::optional<domain::SeatView>, io::Fault>;
    std::vector<Started<Read>> reads;
    for (const auto& seat : sale.seats())
        reads.push_back(start(world_.io(), store_.read(domain::read_seat, seat.id)));
    for (std::size_t i = 0; i < reads.size(); ++i) {
        const auto& seat = sale.seats()[i];
        const auto read = reads[i].get().value();
        const auto status = sale.model().seat_status(seat.id, now_);
        expect(read.has_value() == status.has_value(), "whether seat " + told(seat.id) + " is");
        if (!read || !status) continue;
        expect(is_seat(*read, seat), "in what seat " + told(seat.id) + " is");
        expect(read->status == *status, "in the status of seat " + told(seat.id));
    }
}

void Comparison::look_at_reservations(const RandomSale& sale) {
    using Read = Result<std::optional<domain::Reservation>, io::Fault>;
    std::vector<Started<Read>> reads;
    const auto ask = [&](const domain::Reservation& one, std::string user) {
        reads.push_back(
            start(world_.io(), store_.read(domain::read_reservation, one.id, std::move(user)))
        );
    };
    for (const auto& made : sale.reservations())
        ask(made.as_created, made.as_created.user);
    for (std::size_t i = 0; i < reads.size(); ++i) {
        const auto id = sale.reservations()[i].as_created.id;
        const auto of_model = sale.model().reservation(id, now_);
        expect_same("in reservation " + told(id), reads[i].get().value(), of_model);
    }
    reads.clear();
    for (const auto& made : sale.reservations())
        ask(made.as_created, "a stranger");
    for (auto& read : reads)
        expect(!read.get().value(), "to whom it shows a reservation");
}

void Comparison::look_at_orders(const RandomSale& sale) {
    using Read = Result<std::optional<domain::OrderView>, io::Fault>;
    std::vector<Started<Read>> reads;
    const domain::Organizer root{.sub = "root", .is_admin = true};
    for (const auto id : sale.orders())
        reads.push_back(start(world_.io(), store_.read(domain::read_event_order, id, root)));
    for (std::size_t i = 0; i < reads.size(); ++i) {
        const auto id = sale.orders()[i];
        const auto of_model = sale.model().order(id, now_);
        const bool has_event = of_model && sale.model().event(of_model->order.event);
        expect_same(
            "in order " + told(id), reads[i].get().value(), has_event ? of_model : std::nullopt
        );
        if (!of_model) continue;
        const auto& user = of_model->order.user;
        const auto own = world_.read(store_.read(domain::read_order, id, user));
        expect_same("in the buyer's order " + told(id), own, of_model);
        const std::string other = "somebody else";
        expect(
            !world_.read(store_.read(domain::read_order, id, other)), "to whom it shows an order"
        );
        for (const auto& payment : of_model->order.payments)
            expect(
                world_.read(store_.read(domain::read_payment, payment.id)) == payment,
                "in payment " + told(payment.id)
            );
    }
    look_at_unfinished(sale);
}

void Comparison::look_at_event_orders(const RandomSale& sale, EventId id) {
    const domain::Organizer root{.sub = "root", .is_admin = true};
    const bool is_there = sale.model().event(id).has_value();
    const auto sales = world_.read(store_.read(domain::read_sales, id, root));
    expect(sales.has_value() == is_there, "whether it tells the sales of " + told(id));
    if (sales) expect(*sales == sale.model().sales(id, now_), "in the sales of " + told(id));
    for (const auto only :
         {std::optional<domain::OrderStatus>{},
          std::optional{domain::OrderStatus::paid},
          std::optional{domain::OrderStatus::cancelled}}) {
        for (const auto& page : kPages) {
            const auto read = world_.read(store_.read(
                domain::read_event_orders, id, root, only, page, static_cast<std::uint32_t>(kAll)
            ));
            expect(read.has_value() == is_there, "whether it lists the orders of " + told(id));
            if (!read) continue;
            const auto of_model =
                sale.model().event_orders(id, only, page.limit, page.offset, now_);
            expect_same("in the orders of event " + told(id), read->some, of_model);
        }
    }
}

/// The store's lists have what other sales have left unfinished, too.
void Comparison::look_at_unfinished(const RandomSale& sale) {
    auto read = world_.read(store_.read(
        domain::read_unfinished, static_cast<std::uint32_t>(kAll), domain::UnfinishedSince{}
    ));
    const auto is_other = [&](OrderId id) { return std::ranges::count(sale.orders(), id) == 0; };
    std::erase_if(read.payments, [&](const auto& one) { return is_other(one.order); });
    std::erase_if(read.refunds, [&](const auto& one) { return is_other(one.order); });
    std::erase_if(read.orders_to_refund, is_other);
    const auto of_model = sale.model().unfinished(now_);
    expect(read.payments == of_model.payments, "in the unfinished payments");
    expect(read.refunds == of_model.refunds, "in the unfinished refunds");
    expect(read.orders_to_refund == of_model.orders_to_refund, "in the orders to refund");
}

void Comparison::look_at_user(const RandomSale& sale, const std::string& user) {
    for (const auto& page : kPages) {
        const auto read = world_.read(store_.read(domain::read_reservations, user, page));
        const auto of_model = sale.model().reservations(user, page.limit, page.offset, now_);
        expect_same("in the reservations of " + user, read, of_model);
        const auto orders = world_.read(store_.read(domain::read_orders, user, page));
        const auto orders_of_model = sale.model().orders_of(user, page.limit, page.offset, now_);
        expect_same("in the orders of " + user, orders, orders_of_model);
    }
    const auto all = sale.model().reservations(user, kAll, 0, now_);
    if (all.size() < 2) return;
    const domain::Place newest{.id = all.front().id.bits()};
    const auto behind = world_.read(
        store_.read(domain::read_reservations, user, domain::Page{.limit = 2, .after = newest})
    );
    expect_same(
        "behind the newest of " + user, behind, sale.model().reservations(user, 2, 1, now_)
    );
}

}  // namespace

std::optional<std::string>
compare_reads(StoreWorld& world, const std::vector<const RandomSale*>& sales, Instant now) {
    return Comparison{world, sales, now}.run();
}

}  // namespace frontrow::test
