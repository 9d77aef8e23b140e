#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

namespace frontrow::test {

/// What zbarimg, an independent program, reads in the picture.
inline std::string read_qr(const std::filesystem::path& file) {
    const auto command = "zbarimg --nodbus --quiet --raw " + file.string() + " 2>&1";
    const std::unique_ptr<FILE, decltype(&pclose)> pipe{popen(command.c_str(), "r"), &pclose};
    std::string text;
    for (int c = 0; (c = std::fgetc(pipe.get())) != EOF;)
        text += static_cast<char>(c);
    if (text.ends_with('\n')) text.pop_back();
    return text;
}

}  // namespace frontrow::test
