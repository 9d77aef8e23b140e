#pragma once

#include <map>
#include <memory>
#include <optional>

namespace frontrow::store::engine {

/// Answers to questions about what is just changing: each is made once, at a moment that is the
/// same for all who asked before it. One thread.
template <class Question, class Answer>
class SharedAnswers {
public:
    /// Filled by make(); stays nothing where it finds none.
    using Slot = std::shared_ptr<const std::optional<Answer>>;

    Slot to(const Question& question) {
        auto& slot = slots_[question];
        if (slot == nullptr) slot = std::make_shared<std::optional<Answer>>();
        return slot;
    }

    /// Fills what was asked for with `answer(question)`.
    template <class Find>
    void make(Find answer) {
        for (const auto& [question, slot] : slots_)
            *slot = answer(question);
        slots_.clear();
    }

private:
    std::map<Question, std::shared_ptr<std::optional<Answer>>> slots_;
};

}  // namespace frontrow::store::engine
