//! Booking transactions: the only way in which the real service changes balances.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Book, Row};
use crate::amount::Amount;

/// Kinds of transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionKind {
    /// Long units up, cash down.
    Buy,
    /// Long units down, cash up.
    Sell,
    /// Short units up, cash up.
    Short,
    /// Short units down, cash down.
    Cover,
    /// Cash up.
    Deposit,
    /// Cash down.
    Withdrawal,
    /// Long units up.
    TransferIn,
    /// Long units down.
    TransferOut,
}

impl TransactionKind {
    /// The kind that the wire calls so.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "BUY" => Self::Buy,
            "SELL" => Self::Sell,
            "SHORT" => Self::Short,
            "COVER" => Self::Cover,
            "DEP" => Self::Deposit,
            "WD" => Self::Withdrawal,
            "IN" => Self::TransferIn,
            "OUT" => Self::TransferOut,
            _ => return None,
        })
    }

    /// Whether it moves cash only and names no security.
    #[must_use]
    pub fn is_cash(self) -> bool {
        matches!(self, Self::Deposit | Self::Withdrawal)
    }

    /// Signs of its effect on long units, short units and cash.
    fn effects(self) -> (i8, i8, i8) {
        match self {
            Self::Buy => (1, 0, -1),
            Self::Sell => (-1, 0, 1),
            Self::Short => (0, 1, 1),
            Self::Cover => (0, -1, -1),
            Self::Deposit => (0, 0, 1),
            Self::Withdrawal => (0, 0, -1),
            Self::TransferIn => (1, 0, 0),
            Self::TransferOut => (-1, 0, 0),
        }
    }
}

/// One transaction, well-formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Portfolio; not checked for existence.
    pub portfolio_id: String,
    /// Security; `None` for deposits and withdrawals.
    pub security_id: Option<String>,
    /// Unique name of the transaction at its source.
    pub source_id: String,
    /// What it does.
    pub kind: TransactionKind,
    /// Units, or USD for cash.
    pub quantity: Amount,
    /// Price per unit, USD; 1 for cash.
    pub price: Amount,
    /// Trade date.
    pub date: NaiveDate,
}

/// Why a transaction was not booked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransactionRefusal {
    /// The source id was booked before.
    #[error("transaction with source ID {0} already exists")]
    Duplicate(String),
    /// A balance would leave `DECIMAL(18,8)`.
    #[error("numeric field overflow")]
    Overflow,
}

impl Book {
    /// Books a transaction at `now` and returns its id.
    ///
    /// # Errors
    /// [`TransactionRefusal`]; nothing is changed then.
    pub fn book_transaction(
        &mut self,
        transaction: &Transaction,
        now: DateTime<Utc>,
    ) -> Result<i64, TransactionRefusal> {
        if self.source_ids.contains(&transaction.source_id) {
            return Err(TransactionRefusal::Duplicate(transaction.source_id.clone()));
        }
        let value = transaction.quantity.times(transaction.price).ok_or(TransactionRefusal::Overflow)?;
        let (long, short, cash) = transaction.kind.effects();
        let mut account = self.accounts.get(&transaction.portfolio_id).cloned().unwrap_or_default();
        if let (Some(security_id), true) = (&transaction.security_id, long != 0 || short != 0) {
            let row = account.positions.remove(security_id);
            let quantity = transaction.quantity;
            let row = self.moved(row, signed(long, quantity), signed(short, quantity), now)?;
            account.positions.insert(security_id.clone(), row);
        }
        if cash != 0 {
            let row = account.cash.take();
            account.cash = Some(self.moved(row, signed(cash, value), Amount::ZERO, now)?);
        }
        self.accounts.insert(transaction.portfolio_id.clone(), account);
        self.source_ids.insert(transaction.source_id.clone());
        self.next_transaction_id += 1;
        Ok(self.next_transaction_id)
    }

    fn moved(
        &mut self,
        row: Option<Row>,
        long: Amount,
        short: Amount,
        now: DateTime<Utc>,
    ) -> Result<Row, TransactionRefusal> {
        let row = match row {
            Some(row) => Row {
                long: row.long + long,
                short: row.short + short,
                version: row.version + 1,
                updated_at: now,
                ..row
            },
            None => Row { id: self.row_id(), long, short, version: 1, created_at: now, updated_at: now },
        };
        if row.long.fits_column() && row.short.fits_column() { Ok(row) } else { Err(TransactionRefusal::Overflow) }
    }
}

fn signed(sign: i8, amount: Amount) -> Amount {
    match sign {
        1 => amount,
        -1 => Amount::ZERO - amount,
        _ => Amount::ZERO,
    }
}
