// ListFetcher over the program bartizan-fetch, which is not trusted: started for each list, with nothing of
// ours but the job, and killed with all it started when it is done, asked to stop or out of time.
#pragma once

#include "engine/platform/list_fetcher.h"

#include <filesystem>
#include <string>
#include <vector>

namespace bartizan {

class FetchProcess final : public ListFetcher
{
public:
    // Takes http_proxy, https_proxy and no_proxy out of this process' environment, which does not change
    // meanwhile.
    explicit FetchProcess(std::filesystem::path program);

    [[nodiscard]] Result<FetchReport> fetch(const FetchRequest& request,
                                            const std::stop_token& stop) override;
    [[nodiscard]] Result<FetchReport> compile(std::span<const std::byte> bytes, const FetchRequest& request,
                                              const std::stop_token& stop) override;

private:
    // `list` -1: none.
    [[nodiscard]] Result<FetchReport> run(const FetchRequest& request, int list, const std::stop_token& stop);

    std::filesystem::path m_program;
    std::vector<std::string> m_environment;
};

} // namespace bartizan
