//! Which variable a name means: a slot, a cell shared with an enclosing function, or a global.
//!
//! One [`Scope`] per body of code, innermost last. What a body binds is collected before it is lowered,
//! so when an inner function asks for a name, the scopes around it already know.

use crate::code::{CodeKind, FreeSlot};
use ruff_python_ast::visitor::{Visitor, walk_except_handler, walk_expr, walk_stmt};
use ruff_python_ast::{ExceptHandler, Expr, ExprContext, Stmt};
use std::collections::{BTreeSet, HashMap, HashSet};

/// What a name means in the code that is being lowered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Local(usize),
    Global,
    /// A class body's own name.
    Own,
}

pub(crate) struct Scope {
    pub(crate) kind: CodeKind,
    pub(crate) qualname: String,
    /// The slots' names.
    pub(crate) slots: Vec<String>,
    by_name: HashMap<String, usize>,
    /// A class body's own names, which have no slots.
    own: HashSet<String>,
    globals: HashSet<String>,
    pub(crate) cells: BTreeSet<usize>,
    pub(crate) free: Vec<FreeSlot>,
    pub(crate) is_generator: bool,
}

impl Scope {
    pub(crate) fn new(kind: CodeKind, qualname: String, bindings: Bindings) -> Scope {
        let mut scope = Scope {
            kind,
            qualname,
            slots: Vec::new(),
            by_name: HashMap::new(),
            own: HashSet::new(),
            globals: bindings.globals,
            cells: BTreeSet::new(),
            free: Vec::new(),
            is_generator: false,
        };
        match kind {
            CodeKind::Module => {}
            CodeKind::Class => scope.own = bindings.names.into_iter().collect(),
            CodeKind::Function => {
                for name in bindings.names {
                    scope.slot(&name);
                }
            }
        }
        scope
    }

    /// The slot of a variable, made if need be.
    pub(crate) fn slot(&mut self, name: &str) -> usize {
        if let Some(&slot) = self.by_name.get(name) {
            return slot;
        }
        self.slots.push(name.to_owned());
        self.by_name.insert(name.to_owned(), self.slots.len() - 1);
        self.slots.len() - 1
    }

    /// Whether an inner function may share this variable of a scope.
    fn shares(&self, name: &str) -> bool {
        match self.kind {
            CodeKind::Module => false,
            CodeKind::Class => name == "__class__" || self.by_name.contains_key(name),
            CodeKind::Function => self.by_name.contains_key(name),
        }
    }
}

/// The scopes around the code that is being lowered, that code's own last.
#[derive(Default)]
pub(crate) struct Scopes(pub(crate) Vec<Scope>);

impl Scopes {
    pub(crate) fn innermost(&mut self) -> &mut Scope {
        self.0.last_mut().expect("the module's scope is open for as long as code is lowered")
    }

    /// What a name means in the innermost scope.
    pub(crate) fn resolve(&mut self, name: &str) -> Meaning {
        let here = self.0.len() - 1;
        let scope = &self.0[here];
        if scope.kind == CodeKind::Module || scope.globals.contains(name) {
            return Meaning::Global;
        }
        if scope.own.contains(name) {
            return Meaning::Own;
        }
        if let Some(&slot) = scope.by_name.get(name) {
            return Meaning::Local(slot);
        }
        self.capture(name).map_or(Meaning::Global, Meaning::Local)
    }

    /// Shares a variable of the nearest enclosing function that has it; the slot it gets here.
    pub(crate) fn capture(&mut self, name: &str) -> Option<usize> {
        let here = self.0.len() - 1;
        let owner = (0..here).rev().find(|&level| self.0[level].shares(name))?;
        let is_captured =
            self.0[owner].free.iter().any(|free| self.0[owner].slots[free.slot] == name);
        let mut outer = self.0[owner].slot(name);
        if !is_captured {
            self.0[owner].cells.insert(outer);
        }
        for scope in &mut self.0[owner + 1..] {
            let slot = scope.slot(name);
            scope.free.push(FreeSlot { slot, outer });
            outer = slot;
        }
        Some(outer)
    }
}

/// The names that a body of code binds, in order, and what it declares.
#[derive(Default)]
pub(crate) struct Bindings {
    pub(crate) names: Vec<String>,
    pub(crate) globals: HashSet<String>,
    pub(crate) nonlocals: Vec<String>,
}

impl Bindings {
    /// What a body binds beside its parameters.
    pub(crate) fn of_body(parameters: Vec<String>, body: &[Stmt]) -> Bindings {
        let mut bindings = Bindings { names: parameters, ..Bindings::default() };
        bindings.visit_body(body);
        bindings.settle()
    }

    /// What a target binds.
    pub(crate) fn add_target(&mut self, target: &Expr) {
        self.visit_expr(target);
    }

    fn settle(mut self) -> Bindings {
        let (globals, nonlocals) = (&self.globals, &self.nonlocals);
        self.names.retain(|name| !globals.contains(name) && !nonlocals.contains(name));
        self
    }

    fn bind(&mut self, name: &str) {
        self.names.push(name.to_owned());
    }
}

impl<'a> Visitor<'a> for Bindings {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(def) => self.bind(&def.name),
            Stmt::ClassDef(def) => self.bind(&def.name),
            Stmt::Global(stmt) => {
                self.globals.extend(stmt.names.iter().map(|name| name.id.to_string()));
            }
            Stmt::Nonlocal(stmt) => {
                self.nonlocals.extend(stmt.names.iter().map(|name| name.id.to_string()));
            }
            Stmt::Import(stmt) => {
                for alias in &stmt.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.bind(name.id.split('.').next().unwrap_or_default());
                }
            }
            Stmt::ImportFrom(stmt) => {
                for alias in &stmt.names {
                    self.bind(alias.asname.as_ref().unwrap_or(&alias.name));
                }
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.bind(name);
        }
        walk_except_handler(self, handler);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if name.ctx != ExprContext::Load => self.bind(&name.id),
            Expr::Lambda(_)
            | Expr::ListComp(_)
            | Expr::SetComp(_)
            | Expr::DictComp(_)
            | Expr::Generator(_) => {}
            _ => walk_expr(self, expr),
        }
    }
}
