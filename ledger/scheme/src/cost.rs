//! Table 3, cost: which services and kinds of expense count, and how a cost that spans days is divided.

use super::condition::words;
use super::facts::{Fact, Facts};
use super::reader::{Node, Read};
use super::reason::Reason;

/// What is payable. An empty list allows everything of its kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CostRule {
    /// Services that count; where there are any, a cost must name one.
    pub services: Vec<String>,
    /// Kinds of expense that count.
    pub expenses: Vec<String>,
    /// Kinds of expense that never count.
    pub barred: Vec<String>,
    /// Only at providers registered for the scheme.
    pub registered_only: bool,
    /// The child must also be registered as a user of the service.
    pub registered_with_service: bool,
    /// Whether a cost that spans days is divided by day; otherwise it belongs to its first payable day.
    pub by_day: bool,
}

impl CostRule {
    /// Whether a cost counts. A cost that names no expense is one of a kind that counts.
    ///
    /// # Errors
    /// Why it does not.
    pub fn accepts(&self, expense: Option<&str>, service: Option<&str>) -> Result<(), Reason> {
        let holds = |list: &[String], word: &str| list.iter().any(|known| known == word);
        if let Some(expense) = expense
            && (holds(&self.barred, expense) || !self.expenses.is_empty() && !holds(&self.expenses, expense))
        {
            return Err(Reason::ExpenseNotCovered(expense.to_owned()));
        }
        match service {
            _ if self.services.is_empty() => Ok(()),
            None => Err(Reason::ServiceRequired),
            Some(service) if holds(&self.services, service) => Ok(()),
            Some(service) => Err(Reason::ServiceNotCovered(service.to_owned())),
        }
    }

    /// Whether the child may use `service`: where the scheme asks for registration with the service and the registrations are known, it must be among them.
    ///
    /// # Errors
    /// [`Reason::ServiceNotRegistered`].
    pub fn admits(&self, facts: &Facts, service: Option<&str>) -> Result<(), Reason> {
        match service {
            Some(service) if self.registered_with_service && facts.get(Fact::RegisteredServices).is_some() && !facts.has(Fact::RegisteredServices, service) => {
                Err(Reason::ServiceNotRegistered(service.to_owned()))
            }
            _ => Ok(()),
        }
    }
}

impl Read for CostRule {
    fn read(node: &Node<'_>) -> Option<Self> {
        let table = node.table()?;
        let list = |key| table.node(key).map_or(Some(Vec::new()), |node| words(&node));
        let (services, expenses, barred) = (list("services"), list("expenses"), list("not"));
        let registered_only = table.optional("registered_only").unwrap_or(false);
        let registered_with_service = table.optional("also_registered_with_service").unwrap_or(false);
        let by_day = table.node("apportion").map_or(Some(false), |node| node.one_of(&[("day", true), ("none", false)]));
        if let (Some(expenses), Some(barred)) = (&expenses, &barred)
            && let Some(both) = expenses.iter().find(|expense| barred.contains(expense))
        {
            table.problem_at("not", format!("{both} is both payable and not"));
        }
        if registered_with_service && !table.has("services") {
            table.problem_at("also_registered_with_service", "needs `services`");
        }
        table.finish()?;
        Some(Self { services: services?, expenses: expenses?, barred: barred?, registered_only, registered_with_service, by_day: by_day? })
    }
}
