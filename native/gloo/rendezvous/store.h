// libtorch's ProcessGroupGloo.hpp includes Gloo's headers, which not every libtorch comes with, for a few names only. These
// declare the names; the real headers, where installed, are found before them. Nothing of Gloo is called from here.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace gloo {
namespace rendezvous {

class Store {
public:
    static constexpr std::chrono::milliseconds kDefaultTimeout{30000};

    virtual ~Store() = default;
    virtual void set(const std::string& key, const std::vector<char>& data) = 0;
    virtual std::vector<char> get(const std::string& key) = 0;
    virtual void wait(const std::vector<std::string>& keys) = 0;
    virtual void wait(const std::vector<std::string>& keys, const std::chrono::milliseconds&) { wait(keys); }
};

}  // namespace rendezvous
}  // namespace gloo
