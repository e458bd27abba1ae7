// Network namespaces with real packets between them, for tests. Needs root; a test skips visibly where
// missingPrivilege() says why.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bartizan::test {

// Empty if namespaces can be made here; else the reason, for QSKIP.
[[nodiscard]] std::string missingPrivilege();

// Runs a program found in the system's folders, without a shell. Standard error is passed on.
struct ProgramResult
{
    int exitCode = -1;
    std::string output;
};
[[nodiscard]] ProgramResult runProgram(const std::vector<std::string>& arguments);

// Created in the constructor, deleted in the destructor. Leftovers of killed test runs are deleted first.
// Loopback is up. A failure to create throws std::runtime_error.
class NetworkNamespace
{
public:
    // Named bz-t-PID-NAME.
    explicit NetworkNamespace(const std::string& name);
    ~NetworkNamespace();
    NetworkNamespace(const NetworkNamespace&) = delete;
    NetworkNamespace& operator=(const NetworkNamespace&) = delete;

    [[nodiscard]] const std::string& name() const { return m_name; }

    // Runs `code` on a thread of its own inside the namespace and waits. What it throws comes out here.
    // Sockets opened inside stay inside, whoever uses them later; threads started inside stay inside too.
    void run(const std::function<void()>& code) const;
    template<class T> T call(const std::function<T()>& code) const
    {
        std::unique_ptr<T> result;
        run([&] { result = std::make_unique<T>(code()); });
        return std::move(*result);
    }
    // `ip netns exec NAME ARGUMENTS…`
    ProgramResult exec(const std::vector<std::string>& arguments) const;

    // A cable to `other`: an interface here with `addresses` ("192.0.2.1/24", "2001:db8::1/64"), one there
    // with `otherAddresses`, both up.
    void connect(const std::string& interface, const std::vector<std::string>& addresses,
                 NetworkNamespace& other, const std::string& otherInterface,
                 const std::vector<std::string>& otherAddresses);

private:
    void setUp(const std::string& interface, const std::vector<std::string>& addresses) const;

    std::string m_name;
};

} // namespace bartizan::test
