#pragma once

#include "store/store.h"

#include <stdexcept>
#include <string>

namespace frontrow::test {

/// The value of the store's metric with this name and label. Throws if there is none.
inline double
figure_of(store::Store& store, const std::string& name, const std::string& label = "") {
    telemetry::Figures figures;
    store.measure(figures);
    for (const auto& family : figures.families()) {
        if (family.name != name) continue;
        for (const auto& metric : family.metric) {
            if (!label.empty() && (metric.label.empty() || metric.label[0].value != label))
                continue;
            return metric.gauge.value + metric.counter.value;
        }
    }
    throw std::runtime_error("no figure " + name + " " + label);
}

}  // namespace frontrow::test
