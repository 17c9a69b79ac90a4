"""Invented requests to a gas hotline, as many as wanted: problems in several wordings, at places that do not exist."""

import random
from typing import NamedTuple

_SYLLABLES = (
    "泉景锦绣翠湖阳光明珠金桂银杏青松白鹭望江临溪听涛揽月云栖星河丽水瑞安康宁福源祥盛世嘉东润西铭北辰凤凰龙腾海晏天悦"
    "书香墨韵兰亭竹影梅岭荷塘枫林桃源柳岸柏悦紫薇丹桂玉兰芙蓉海棠茉莉百合蔷薇"
)
_KINDS = ("小区", "花园", "家园", "苑", "路", "大街", "公寓", "新村")
_OPENINGS = ("您好，", "我是这里的住户，", "反映一个问题：", "想问一下，", "请记录一下，", "我已经打过两次电话了，", "")
_ENDINGS = (
    "请尽快处理。",
    "麻烦回个电话。",
    "希望给个说法。",
    "什么时候能解决？",
    "谢谢。",
    "家里有老人孩子，很着急。",
    "",
)
_PROBLEMS: tuple[tuple[str, ...], ...] = (
    ("从昨晚开始停气，灶具打不着火", "没有天然气，做不了饭", "停气了也没有通知，一家人吃外卖"),
    ("燃气表不走字，怀疑坏了", "表的屏幕黑了，看不到余额", "表一直报警，按了也没用"),
    ("充值到账很慢，交了三百元没有到表上", "手机缴费成功，刷卡没有反应", "余额显示不对，少了一百多元"),
    ("楼道里有煤气味，怕是漏气", "阀门接口冒泡，有轻微泄漏", "厨房总有异味，报警器响过两次"),
    ("热水器打不着，显示故障代码", "壁挂炉点火就灭，暖气不热", "热水时冷时热，像是压力不够"),
    ("预约了安检没有人来", "安检员态度不好，进门不穿鞋套", "安检说软管不合格，要我买他的"),
    ("想改动燃气管道，怎么申请", "厨房装修要移表，收多少钱", "管道包进橱柜合不合规定"),
    ("新房要开通天然气，需要什么材料", "二手房过户，户名怎么改", "商铺报装多久能通气"),
    ("挖沟埋管以后路面没有恢复，坑坑洼洼", "施工围挡占了半条路，出行不便", "半夜施工噪音大，睡不着觉"),
    ("这个月气费多了三倍，要求核实", "阶梯气价怎么算的，不明白", "发票抬头写错了，要求重开"),
    ("热线打不通，排队半个小时", "营业厅窗口太少，排长队", "工作人员答非所问，互相推诿"),
    ("维修师傅技术好态度也好，特此表扬", "抢修来得很快，大家都很感谢", "建议多设自助缴费机，方便老人"),
)


class Invented(NamedTuple):
    """A request's words; requests with the same `about` are about the same thing in the same place."""

    subject: str
    text: str
    about: tuple[str, int]


class Inventor:
    """Deterministic for a seed; `places` bounds how many streets and estates the city has."""

    def __init__(self, seed: int, places: int = 20_000) -> None:
        self._luck = random.Random(seed)
        self._places = [self._place() for _ in range(places)]

    def request(self) -> Invented:
        """Some problem somewhere."""
        return self.about((self._luck.choice(self._places), self._luck.randrange(len(_PROBLEMS))))

    def about(self, about: tuple[str, int]) -> Invented:
        """The same thing in other words."""
        place, problem = about
        luck, wordings = self._luck, _PROBLEMS[problem]
        first, second = luck.sample(wordings, 2)
        text = f"{luck.choice(_OPENINGS)}{place}{first}。{second}。{luck.randrange(1, 30)}号楼。{luck.choice(_ENDINGS)}"
        return Invented(f"{place}{luck.choice(wordings)[:8]}" if luck.random() < 0.5 else "", text, about)

    def _place(self) -> str:
        return "".join(self._luck.sample(_SYLLABLES, 2)) + self._luck.choice(_KINDS)
