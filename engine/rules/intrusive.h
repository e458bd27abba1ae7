// A list and a hash table of nodes that carry their own links, so that what they cost is known to the byte.
// Neither owns its nodes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace bartizan {

template<class Node, Node* Node::* Before, Node* Node::* Behind> class IntrusiveList
{
public:
    [[nodiscard]] Node* front() const { return m_front; }

    void pushBack(Node& node)
    {
        node.*Before = m_back;
        node.*Behind = nullptr;
        (m_back != nullptr ? m_back->*Behind : m_front) = &node;
        m_back = &node;
    }
    void remove(Node& node)
    {
        (node.*Before != nullptr ? node.*Before->*Behind : m_front) = node.*Behind;
        (node.*Behind != nullptr ? node.*Behind->*Before : m_back) = node.*Before;
    }

private:
    Node* m_front = nullptr;
    Node* m_back = nullptr;
};

// Nodes have a well mixed `key` and a `next` for the table's own use. It grows and shrinks with its nodes.
template<class Node> class IntrusiveTable
{
public:
    IntrusiveTable()
        : m_buckets(kLeastBuckets, nullptr)
    {
    }

    // Where the node with this key that `isMeant` stands: to be read, or replaced by one with the same key.
    // nullptr if there is none; valid until the next insert() or erase().
    template<class IsMeant> [[nodiscard]] Node** find(std::uint64_t key, IsMeant&& isMeant)
    {
        for (Node** at = &bucketOf(key); *at != nullptr; at = &(*at)->next) {
            if ((*at)->key == key && isMeant(**at))
                return at;
        }
        return nullptr;
    }
    // This key is asked for soon: the wait for memory begins now.
    void expect(std::uint64_t key) { __builtin_prefetch(static_cast<const void*>(&bucketOf(key))); }
    void insert(Node& node)
    {
        if (++m_count > m_buckets.size())
            spread(m_buckets.size() * 2);
        Node*& bucket = bucketOf(node.key);
        node.next = bucket;
        bucket = &node;
    }
    void erase(Node** place)
    {
        *place = (*place)->next;
        if (--m_count < m_buckets.size() / 8 && m_buckets.size() > kLeastBuckets)
            spread(m_buckets.size() / 2);
    }
    void clear()
    {
        m_buckets = std::vector<Node*>(kLeastBuckets, nullptr);
        m_count = 0;
    }

    [[nodiscard]] std::size_t count() const { return m_count; }
    [[nodiscard]] std::size_t bytes() const { return m_buckets.capacity() * sizeof(Node*); }
    template<class Visit> void forEach(Visit&& visit)
    {
        for (Node* node : m_buckets) {
            while (node != nullptr) {
                Node* const next = node->next; // the visitor may delete it
                visit(*node);
                node = next;
            }
        }
    }

private:
    static constexpr std::size_t kLeastBuckets = 64; // all counts are powers of two

    [[nodiscard]] Node*& bucketOf(std::uint64_t key) { return m_buckets[key & (m_buckets.size() - 1)]; }
    void spread(std::size_t bucketCount)
    {
        std::vector<Node*> old(bucketCount, nullptr);
        old.swap(m_buckets);
        for (Node* node : old) {
            while (node != nullptr) {
                Node* const next = node->next;
                Node*& bucket = bucketOf(node->key);
                node->next = bucket;
                bucket = node;
                node = next;
            }
        }
    }

    std::vector<Node*> m_buckets;
    std::size_t m_count = 0;
};

} // namespace bartizan
