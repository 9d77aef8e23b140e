#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace frontrow {

/// A stack of functions without arguments ("steps"), which are either called, newest first, or
/// dropped. Steps are stored one after the other in large blocks that are reused. A pointer to the
/// step's type information follows each step. So push() copies a step once, and allocates memory
/// only for a new block. A step never moves afterwards, so it may own strings.
class UndoSteps {
public:
    UndoSteps() = default;
    UndoSteps(const UndoSteps&) = delete;
    UndoSteps& operator=(const UndoSteps&) = delete;
    ~UndoSteps() { drop(); }

    template <class Step>
    [[gnu::always_inline]] void push(Step&& step) {
        using Kept = std::remove_cvref_t<Step>;
        constexpr auto kSize = padded(sizeof(Kept));
        static_assert(alignof(Kept) <= kAlignment && kSize + sizeof(Trailer) <= kBlock);
        if (static_cast<std::size_t>(end_ - top_) < kSize + sizeof(Trailer)) use_next_block();
        ::new (static_cast<void*>(top_)) Kept(std::forward<Step>(step));
        ::new (static_cast<void*>(top_ + kSize)) Trailer{&kKindOf<Kept>};
        top_ += kSize + sizeof(Trailer);
        if constexpr (!std::is_trivially_destructible_v<Kept>) owns_ = true;
    }

    /// Calls all steps, newest first, and removes them. A step must not push another.
    void run() {
        walk([](const Kind& kind, void* step) { kind.run(step); });
        reset();
    }

    /// Removes all steps without calling them. Costs nothing unless a step owns something.
    void drop() {
        if (owns_) walk([](const Kind& kind, void* step) { kind.drop(step); });
        reset();
    }

    bool empty() const { return used_ == 0; }

private:
    struct Kind {
        /// Calls the step and destroys it.
        void (*run)(void* step);
        void (*drop)(void* step);
        std::size_t size;
    };
    /// Follows each step, so that the steps can be walked backwards.
    struct Trailer {
        const Kind* kind;
    };
    struct Block {
        std::unique_ptr<std::byte[]> bytes;
        /// The number of bytes used; set when the next block is begun.
        std::size_t size = 0;
    };

    static constexpr std::size_t kAlignment = 8;
    static constexpr std::size_t kBlock = std::size_t{64} * 1024;
    /// Blocks beyond this number are needed only by a large batch, and are freed afterwards.
    static constexpr std::size_t kBlocksKept = 64;

    static constexpr std::size_t padded(std::size_t size) {
        return (size + kAlignment - 1) / kAlignment * kAlignment;
    }

    template <class Step>
    static void run_step(void* place) {
        auto* const step = std::launder(static_cast<Step*>(place));
        (*step)();
        step->~Step();
    }
    template <class Step>
    static void drop_step(void* place) {
        std::launder(static_cast<Step*>(place))->~Step();
    }
    template <class Step>
    static constexpr Kind kKindOf{&run_step<Step>, &drop_step<Step>, padded(sizeof(Step))};

    void use_next_block() {
        if (used_ > 0) blocks_[used_ - 1].size = kBlock - static_cast<std::size_t>(end_ - top_);
        if (used_ == blocks_.size())
            blocks_.push_back({std::make_unique_for_overwrite<std::byte[]>(kBlock), 0});
        top_ = blocks_[used_++].bytes.get();
        end_ = top_ + kBlock;
    }

    template <class Visit>
    void walk(Visit visit) {
        for (; used_ > 0; --used_) {
            auto* const begin = blocks_[used_ - 1].bytes.get();
            while (top_ != begin) {
                top_ -= sizeof(Trailer);
                const auto& kind = *std::launder(reinterpret_cast<Trailer*>(top_))->kind;
                top_ -= kind.size;
                visit(kind, top_);
            }
            if (used_ > 1) top_ = blocks_[used_ - 2].bytes.get() + blocks_[used_ - 2].size;
        }
    }

    void reset() {
        blocks_.resize(std::min(blocks_.size(), kBlocksKept));
        used_ = 0;
        top_ = nullptr;
        end_ = nullptr;
        owns_ = false;
    }

    std::vector<Block> blocks_;
    std::size_t used_ = 0;
    /// Where the next step goes, and the end of its block.
    std::byte* top_ = nullptr;
    std::byte* end_ = nullptr;
    bool owns_ = false;
};

}  // namespace frontrow
