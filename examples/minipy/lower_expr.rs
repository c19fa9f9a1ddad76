//! From the parser's tree to [`Code`](crate::code::Code): expressions.

use crate::code::{
    BinaryOp, Call, Clause, Code, CodeKind, CompareOp, ComprehensionKind, Constant, Expr, ExprKind,
    FormatPart, FunctionDef, Item, Name, Params, Stmt, StmtKind, UnaryOp,
};
use crate::lower::{Body, Lowered, Lowering, span, syntax_error, unsupported};
use crate::scope::{Bindings, Meaning};
use refcycle::sync;
use ruff_python_ast as ast;
use ruff_text_size::Ranged;

/// The defaults of the last positional parameters, and of keyword-only ones by name.
type Defaults = (Vec<Expr>, Vec<(Name, Expr)>);

impl Lowering {
    pub(crate) fn optional(&mut self, expr: Option<&ast::Expr>) -> Lowered<Option<Expr>> {
        expr.map(|expr| self.expr(expr)).transpose()
    }

    pub(crate) fn expr(&mut self, expr: &ast::Expr) -> Lowered<Expr> {
        let kind = self.deeper(expr, |this| this.expr_kind(expr))?;
        Ok(Expr { span: span(expr.range()), kind })
    }

    fn boxed(&mut self, expr: &ast::Expr) -> Lowered<Box<Expr>> {
        self.expr(expr).map(Box::new)
    }

    fn expr_kind(&mut self, expr: &ast::Expr) -> Lowered<ExprKind> {
        use ast::Expr as E;
        Ok(match expr {
            E::Name(name) => self.variable(&name.id),
            E::NoneLiteral(_) => ExprKind::Const(Constant::None),
            E::EllipsisLiteral(_) => ExprKind::Const(Constant::Ellipsis),
            E::BooleanLiteral(literal) => ExprKind::Const(Constant::Bool(literal.value)),
            E::NumberLiteral(literal) => ExprKind::Const(match &literal.value {
                ast::Number::Int(number) => match number.as_i64() {
                    Some(number) => Constant::Int(number),
                    None => return unsupported(expr, "integers of more than 64 bits"),
                },
                ast::Number::Float(number) => Constant::Float(*number),
                ast::Number::Complex { .. } => return unsupported(expr, "complex numbers"),
            }),
            E::StringLiteral(literal) => {
                ExprKind::Const(Constant::Str(self.name(literal.value.to_str())))
            }
            E::BytesLiteral(_) => return unsupported(expr, "bytes"),
            E::Attribute(access) => {
                let name = self.name(&access.attr);
                ExprKind::Attribute(self.boxed(&access.value)?, name)
            }
            E::Subscript(access) => {
                ExprKind::Index(self.boxed(&access.value)?, self.boxed(&access.slice)?)
            }
            E::Slice(slice) => ExprKind::Slice(Box::new([
                self.optional(slice.lower.as_deref())?,
                self.optional(slice.upper.as_deref())?,
                self.optional(slice.step.as_deref())?,
            ])),
            E::Call(call) => self.call(call)?,
            E::Lambda(lambda) => self.lambda(lambda)?,
            E::List(list) => ExprKind::List(self.items(&list.elts)?),
            E::Tuple(tuple) => ExprKind::Tuple(self.items(&tuple.elts)?),
            E::Set(set) => ExprKind::Set(self.items(&set.elts)?),
            E::Dict(dict) => {
                let mut items = Vec::new();
                for item in &dict.items {
                    items.push((self.optional(item.key.as_ref())?, self.expr(&item.value)?));
                }
                ExprKind::Dict(items)
            }
            E::FString(text) => {
                let mut parts = Vec::new();
                for part in text.value.as_slice() {
                    match part {
                        ast::FStringPart::Literal(text) => {
                            parts.push(FormatPart::Text(text.as_str().into()));
                        }
                        ast::FStringPart::FString(text) => {
                            self.format_parts(&text.elements, &mut parts)?;
                        }
                    }
                }
                ExprKind::Format(parts)
            }
            E::ListComp(it) => {
                self.comprehension(ComprehensionKind::List, &[&it.elt], &it.generators, expr)?
            }
            E::SetComp(it) => {
                self.comprehension(ComprehensionKind::Set, &[&it.elt], &it.generators, expr)?
            }
            E::Generator(it) => {
                self.comprehension(ComprehensionKind::Generator, &[&it.elt], &it.generators, expr)?
            }
            E::DictComp(it) => match &it.key {
                Some(key) => {
                    let elements = [&**key, &*it.value];
                    self.comprehension(ComprehensionKind::Dict, &elements, &it.generators, expr)?
                }
                None => return unsupported(expr, "`**` in a comprehension"),
            },
            E::Starred(_) => return syntax_error(expr, "can't use starred expression here"),
            E::Yield(_) | E::YieldFrom(_) => {
                return unsupported(expr, "`yield` within an expression");
            }
            E::Await(_) => return unsupported(expr, "`await`"),
            _ => self.operation(expr)?,
        })
    }

    /// Operators.
    fn operation(&mut self, expr: &ast::Expr) -> Lowered<ExprKind> {
        use ast::Expr as E;
        Ok(match expr {
            E::BinOp(it) => {
                let operands = Box::new((self.expr(&it.left)?, self.expr(&it.right)?));
                ExprKind::Binary(Self::binary_op(it.op), operands)
            }
            E::UnaryOp(it) => {
                let operand = self.boxed(&it.operand)?;
                match (it.op, &operand.kind) {
                    (ast::UnaryOp::USub, ExprKind::Const(Constant::Int(number))) => {
                        ExprKind::Const(Constant::Int(number.wrapping_neg()))
                    }
                    (ast::UnaryOp::USub, ExprKind::Const(Constant::Float(number))) => {
                        ExprKind::Const(Constant::Float(-number))
                    }
                    (op, _) => ExprKind::Unary(unary_op(op), operand),
                }
            }
            E::BoolOp(it) => ExprKind::Logical {
                and: it.op == ast::BoolOp::And,
                values: it.values.iter().map(|value| self.expr(value)).collect::<Lowered<_>>()?,
            },
            E::Compare(it) => {
                let first = self.boxed(&it.left)?;
                let mut rest = Vec::new();
                for (op, operand) in it.ops.iter().zip(&it.comparators) {
                    rest.push((compare_op(*op), self.expr(operand)?));
                }
                ExprKind::Compare(first, rest)
            }
            E::If(it) => ExprKind::If(Box::new((
                self.expr(&it.test)?,
                self.expr(&it.body)?,
                self.expr(&it.orelse)?,
            ))),
            E::Named(it) => {
                let value = self.expr(&it.value)?;
                ExprKind::Walrus(Box::new((self.target(&it.target)?, value)))
            }
            _ => return unsupported(expr, "this expression"),
        })
    }

    pub(crate) fn binary_op(op: ast::Operator) -> BinaryOp {
        match op {
            ast::Operator::Add => BinaryOp::Add,
            ast::Operator::Sub => BinaryOp::Sub,
            ast::Operator::Mult => BinaryOp::Mul,
            ast::Operator::Div => BinaryOp::Div,
            ast::Operator::FloorDiv => BinaryOp::FloorDiv,
            ast::Operator::Mod => BinaryOp::Mod,
            ast::Operator::Pow => BinaryOp::Pow,
            ast::Operator::LShift => BinaryOp::Shl,
            ast::Operator::RShift => BinaryOp::Shr,
            ast::Operator::BitAnd => BinaryOp::And,
            ast::Operator::BitOr => BinaryOp::Or,
            ast::Operator::BitXor => BinaryOp::Xor,
            ast::Operator::MatMult => BinaryOp::MatMul,
        }
    }

    fn variable(&mut self, name: &str) -> ExprKind {
        match self.scopes.resolve(name) {
            Meaning::Local(slot) => ExprKind::Local(slot),
            Meaning::Global => ExprKind::Global(self.name(name)),
            Meaning::Own => ExprKind::Own(self.name(name)),
        }
    }

    fn call(&mut self, call: &ast::ExprCall) -> Lowered<ExprKind> {
        let callee = self.expr(&call.func)?;
        if let (ExprKind::Global(_), ast::Expr::Name(name)) = (&callee.kind, &*call.func)
            && name.id == "super"
        {
            // The built-in finds the class in this variable, as CPython's does.
            self.scopes.resolve("__class__");
        }
        let args = self.items(&call.arguments.args)?;
        let mut keywords = Vec::new();
        for keyword in &call.arguments.keywords {
            let name = keyword.arg.as_ref().map(|name| self.name(name));
            keywords.push((name, self.expr(&keyword.value)?));
        }
        Ok(ExprKind::Call(Box::new(Call { callee, args, keywords })))
    }

    fn items(&mut self, elements: &[ast::Expr]) -> Lowered<Vec<Item>> {
        let lower = |element: &ast::Expr| {
            Ok(match element {
                ast::Expr::Starred(inner) => {
                    Item { starred: true, value: self.expr(&inner.value)? }
                }
                _ => Item { starred: false, value: self.expr(element)? },
            })
        };
        elements.iter().map(lower).collect()
    }

    fn format_parts(
        &mut self,
        elements: &ast::InterpolatedStringElements,
        parts: &mut Vec<FormatPart>,
    ) -> Lowered<()> {
        for element in elements {
            match element {
                ast::InterpolatedStringElement::Literal(text) => {
                    parts.push(FormatPart::Text(text.value.clone()));
                }
                ast::InterpolatedStringElement::Interpolation(element) => {
                    let mut conversion = element.conversion.to_byte().map(char::from);
                    if let Some(debug) = &element.debug_text {
                        let text = [debug.leading(), debug.expression(), debug.trailing()].concat();
                        parts.push(FormatPart::Text(text.into()));
                        if element.format_spec.is_none() && conversion.is_none() {
                            conversion = Some('r');
                        }
                    }
                    let value = self.expr(&element.expression)?;
                    let mut spec = Vec::new();
                    if let Some(format) = &element.format_spec {
                        self.format_parts(&format.elements, &mut spec)?;
                    }
                    parts.push(FormatPart::Value { value, conversion, spec });
                }
            }
        }
        Ok(())
    }

    fn lambda(&mut self, lambda: &ast::ExprLambda) -> Lowered<ExprKind> {
        let empty = ast::Parameters::default();
        let parameters = lambda.parameters.as_deref().unwrap_or(&empty);
        let (defaults, keyword_defaults) = self.defaults(parameters)?;
        let bindings = Bindings::of_body(Self::parameter_names(parameters), &[]);
        self.open(CodeKind::Function, "<lambda>", bindings);
        let value = self.expr(&lambda.body)?;
        let body_span = value.span;
        let code = self.close(Body {
            name: "<lambda>".to_owned(),
            params: Self::params(parameters),
            stmts: vec![Stmt { span: body_span, kind: StmtKind::Return(Some(value)) }],
            doc: Constant::None,
            start: span(lambda.range),
        });
        let code = sync::Gc::new(code);
        let def = FunctionDef { decorators: Vec::new(), defaults, keyword_defaults, code };
        Ok(ExprKind::Lambda(Box::new(def)))
    }

    /// A comprehension is a function of its own whose argument is the first iterator.
    fn comprehension(
        &mut self,
        kind: ComprehensionKind,
        elements: &[&ast::Expr],
        generators: &[ast::Comprehension],
        expr: &ast::Expr,
    ) -> Lowered<ExprKind> {
        let Some(first) = generators.first() else {
            return syntax_error(expr, "invalid syntax");
        };
        let iter = self.boxed(&first.iter)?;
        let mut bindings = Bindings::of_body(vec![".0".to_owned()], &[]);
        for generator in generators {
            bindings.add_target(&generator.target);
        }
        let name = match kind {
            ComprehensionKind::List => "<listcomp>",
            ComprehensionKind::Set => "<setcomp>",
            ComprehensionKind::Dict => "<dictcomp>",
            ComprehensionKind::Generator => "<genexpr>",
        };
        self.open(CodeKind::Function, name, bindings);
        let mut clauses = Vec::new();
        for (number, generator) in generators.iter().enumerate() {
            if generator.is_async {
                return unsupported(generator, "`async for`");
            }
            let iter = if number == 0 { None } else { Some(self.expr(&generator.iter)?) };
            let target = self.target(&generator.target)?;
            let conditions =
                generator.ifs.iter().map(|test| self.expr(test)).collect::<Lowered<_>>()?;
            let iter_span = span(generator.iter.range());
            clauses.push(Clause { target, iter, conditions, iter_span });
        }
        let elements = elements.iter().map(|it| self.expr(it)).collect::<Lowered<_>>()?;
        let params = Params { positional: 1, ..Params::default() };
        let (stmts, start) = (Vec::new(), span(expr.range()));
        let code =
            self.close(Body { name: name.to_owned(), params, stmts, doc: Constant::None, start });
        let code = sync::Gc::new(Code { clauses, elements, ..code });
        Ok(ExprKind::Comprehension(kind, code, iter))
    }

    pub(crate) fn parameter_names(parameters: &ast::Parameters) -> Vec<String> {
        let positional = parameters.posonlyargs.iter().chain(&parameters.args);
        let named = positional.chain(&parameters.kwonlyargs).map(|it| &it.parameter);
        let rest = parameters.vararg.iter().chain(&parameters.kwarg).map(|it| &**it);
        named.chain(rest).map(|it| it.name.to_string()).collect()
    }

    pub(crate) fn params(parameters: &ast::Parameters) -> Params {
        let positional_only = parameters.posonlyargs.len();
        let positional = positional_only + parameters.args.len();
        let keyword_only = parameters.kwonlyargs.len();
        let after = positional + keyword_only;
        let rest = parameters.vararg.as_ref().map(|_| after);
        let keywords = parameters.kwarg.as_ref().map(|_| after + usize::from(rest.is_some()));
        Params { positional, positional_only, keyword_only, rest, keywords }
    }

    pub(crate) fn defaults(&mut self, parameters: &ast::Parameters) -> Lowered<Defaults> {
        let mut defaults = Vec::new();
        for parameter in parameters.posonlyargs.iter().chain(&parameters.args) {
            defaults.extend(self.optional(parameter.default.as_deref())?);
        }
        let mut keyword_defaults = Vec::new();
        for parameter in &parameters.kwonlyargs {
            if let Some(default) = &parameter.default {
                let name = self.name(&parameter.parameter.name);
                keyword_defaults.push((name, self.expr(default)?));
            }
        }
        Ok((defaults, keyword_defaults))
    }
}

fn unary_op(op: ast::UnaryOp) -> UnaryOp {
    match op {
        ast::UnaryOp::Not => UnaryOp::Not,
        ast::UnaryOp::USub => UnaryOp::Neg,
        ast::UnaryOp::UAdd => UnaryOp::Pos,
        ast::UnaryOp::Invert => UnaryOp::Invert,
    }
}

fn compare_op(op: ast::CmpOp) -> CompareOp {
    match op {
        ast::CmpOp::Eq => CompareOp::Eq,
        ast::CmpOp::NotEq => CompareOp::Ne,
        ast::CmpOp::Lt => CompareOp::Lt,
        ast::CmpOp::LtE => CompareOp::Le,
        ast::CmpOp::Gt => CompareOp::Gt,
        ast::CmpOp::GtE => CompareOp::Ge,
        ast::CmpOp::Is => CompareOp::Is,
        ast::CmpOp::IsNot => CompareOp::IsNot,
        ast::CmpOp::In => CompareOp::In,
        ast::CmpOp::NotIn => CompareOp::NotIn,
    }
}
