#pragma once

#include <map>
#include <memory>
#include <optional>

namespace frontrow::store::engine {

/// Answers to questions about state that is just changing. make() answers each pending question
/// once, for all callers that have asked it. One thread.
template <class Question, class Answer>
class SharedAnswers {
public:
    /// Filled by make(); stays empty if there is no answer.
    using Slot = std::shared_ptr<const std::optional<Answer>>;

    Slot to(const Question& question) {
        auto& slot = slots_[question];
        if (slot == nullptr) slot = std::make_shared<std::optional<Answer>>();
        return slot;
    }

    /// Answers all pending questions with `answer(question)`.
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
