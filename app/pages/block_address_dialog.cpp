#include "app/pages/block_address_dialog.h"

#include "app/client/display_text.h"
#include "app/widgets/labels.h"

#include "engine/net/cidr.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <optional>

namespace bartizan::app {

namespace {

std::optional<Cidr> parsed(const QString& text)
{
    return Cidr::parse(text.trimmed().toStdString());
}

} // namespace

BlockAddressDialog::BlockAddressDialog(Permanent permanent, QWidget* parent)
    : QDialog(parent)
    , m_address(new QLineEdit(this))
    , m_hint(makeLabel(TextStyle::Caption, this))
    , m_duration(new QComboBox(this))
    , m_reason(new QLineEdit(this))
    , m_block(new QPushButton(this))
{
    setWindowTitle(tr("Block an address"));
    setMinimumWidth(420);
    m_address->setMaxLength(64);
    m_address->setPlaceholderText(tr("198.51.100.7 or 2001:db8::/48"));
    m_hint->setWordWrap(true);
    m_reason->setMaxLength(200);
    m_reason->setPlaceholderText(tr("Shown in the list and the audit (optional)"));
    for (const qint64 seconds : {600, 3600, 86400, 7 * 86400})
        m_duration->addItem(durationInWords(seconds), seconds);
    m_duration->setCurrentIndex(1);
    if (permanent == Permanent::Offered)
        m_duration->addItem(tr("Permanently"), QVariant());

    const auto field = [this](const QString& name, QWidget* widget) {
        auto* box = new QVBoxLayout;
        box->setSpacing(4);
        QLabel* label = makeLabel(TextStyle::Heading, this, name);
        label->setBuddy(widget);
        QString plain = name;
        widget->setAccessibleName(plain.remove(QLatin1Char('&')));
        box->addWidget(label);
        box->addWidget(widget);
        return box;
    };
    auto* cancel = new QPushButton(tr("Cancel"), this);
    cancel->setAccessibleName(tr("Cancel"));
    setLook(m_block, "primary");
    m_block->setDefault(true);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(cancel);
    buttons->addWidget(m_block);
    auto* address = field(tr("&Address or network"), m_address);
    address->addWidget(m_hint);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 20, 20, 16);
    layout->setSpacing(14);
    layout->addLayout(address);
    layout->addLayout(field(tr("&For"), m_duration));
    layout->addLayout(field(tr("&Reason"), m_reason));
    layout->addSpacing(4);
    layout->addLayout(buttons);

    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_block, &QPushButton::clicked, this, &QDialog::accept);
    connect(m_address, &QLineEdit::textChanged, this, &BlockAddressDialog::check);
    check();
}

void BlockAddressDialog::setAddress(const QString& address)
{
    m_address->setText(address);
    if (parsed(address))
        m_duration->setFocus();
}

BlockRequest BlockAddressDialog::request() const
{
    const auto cidr = parsed(m_address->text());
    const QVariant seconds = m_duration->currentData();
    return {.address = cidr ? QString::fromStdString(cidr->toString()) : QString(),
            .seconds = seconds.isValid() ? std::optional(seconds.toLongLong()) : std::nullopt,
            .reason = m_reason->text().simplified()};
}

void BlockAddressDialog::check()
{
    const auto cidr = parsed(m_address->text());
    const bool empty = m_address->text().trimmed().isEmpty();
    m_block->setEnabled(cidr.has_value());
    setStyleProperty(m_address, "invalid", !empty && !cidr ? QStringLiteral("true") : QString());
    setStyleProperty(m_hint, "look", !empty && !cidr ? QStringLiteral("danger") : QStringLiteral("caption"));
    if (empty)
        m_hint->setText(tr("A single IPv4 or IPv6 address, or a network with its length."));
    else if (!cidr)
        m_hint->setText(tr("This is no IP address. Host names can't be blocked."));
    else if (cidr->isSingle())
        m_hint->setText(cidr->address().isV4() ? tr("An IPv4 address.") : tr("An IPv6 address."));
    else
        m_hint->setText(tr("A network, %1 to %2.")
                            .arg(QString::fromStdString(cidr->address().toString()),
                                 QString::fromStdString(cidr->last().toString())));
    m_address->setAccessibleDescription(m_hint->text());
    m_block->setText(cidr ? tr("Block %1").arg(QString::fromStdString(cidr->toString())) : tr("Block"));
    m_block->setAccessibleName(m_block->text());
}

} // namespace bartizan::app
