#pragma once

namespace parley::prosody {

/// An eventfd that becomes readable when somebody signals.
class WakeFd {
  public:
    WakeFd();  ///< throws std::system_error where the process is out of descriptors
    ~WakeFd();
    WakeFd(const WakeFd&) = delete;
    WakeFd& operator=(const WakeFd&) = delete;

    int get() const { return fd_; }

    void signal() const;  ///< [any-thread]
    void clear() const;

  private:
    int fd_;
};

}  // namespace parley::prosody
