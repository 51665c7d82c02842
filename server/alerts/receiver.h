#ifndef PROVERLOG_SERVER_ALERTS_RECEIVER_H_
#define PROVERLOG_SERVER_ALERTS_RECEIVER_H_

#include <cstdint>
#include <string>
#include <utility>

namespace proverlog {

// A text that is not printed: whoever needs it says so.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  const std::string& Reveal() const { return text_; }
  bool empty() const { return text_.empty(); }

 private:
  std::string text_;
};

enum class AlertProtocol : uint8_t { kAlertmanager, kWebhook, kSlack };

// Whom alerts are sent to.
struct Receiver {
  std::string name;
  AlertProtocol protocol = AlertProtocol::kWebhook;
  Secret url;    // ParseHttpUrl takes it; it may be all that a sender must know
  Secret token;  // sent as "Authorization: Bearer"; empty: none
};

}  // namespace proverlog

#endif  // PROVERLOG_SERVER_ALERTS_RECEIVER_H_
